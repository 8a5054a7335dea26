"""A gateway that speaks the ranklist contract, made up from a seed: for demos, tests and benchmarks."""
