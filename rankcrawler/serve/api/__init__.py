"""The JSON API: the questions of insight, each as an address, and what changes the queue."""
