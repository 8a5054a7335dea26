"""The queue of rooms to poll: it lives in Redis, leases rooms to workers, and loses none."""
