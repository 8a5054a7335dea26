"""Feed exports: in every format, one row per contributor of each list."""
