"""Says to all who listen what has changed: one look at store, queue and alerts, for any number of streams."""
