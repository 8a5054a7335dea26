"""Alerts: rules that people make, what fires them in stored lists and the queue, and messages to targets.

`watch` reads the store, and never changes it; workers do not know of it. What fires is written into a file of its own
(`statefile`) together with how far the store was read, and what is to be delivered: so a restart repeats nothing, and
loses nothing.
"""
