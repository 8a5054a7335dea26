"""Serves what the store has, over HTTP: lists in the shape that the gateway documents."""
