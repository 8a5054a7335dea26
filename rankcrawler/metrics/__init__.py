"""What Prometheus reads: each metric is declared once, and says whether a worker or `serve` has it."""
