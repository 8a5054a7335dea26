"""A simulated gateway for demos, tests and benchmarks: it answers as a real one does, with data made from a seed."""
