"""Feed exports: one row for each rank entry, in every format."""
