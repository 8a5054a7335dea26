"""The rooms that wait to be polled: a queue in Redis that leases them out and loses none."""
