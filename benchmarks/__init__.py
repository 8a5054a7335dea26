"""Benchmarks of speed, size and stability. README.md lists them; `python -m benchmarks.NAME` runs one."""
