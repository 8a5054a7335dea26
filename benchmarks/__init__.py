"""How fast, how large, how steady. README.md names the runs; each is started by `python -m benchmarks.NAME`."""
