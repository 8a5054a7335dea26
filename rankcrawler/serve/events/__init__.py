"""Says to all who listen what has changed: one look at the store and the queue, for any number of streams."""
