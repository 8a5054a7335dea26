"""Copies a store into another database: from SQLite to PostgreSQL, back, or between two of a kind.

Records are read and written as they are, in the order of their keys; what is decided when a poll is stored is not
decided again. A copy that was interrupted goes on where it was: the new store has a bookmark for each table.
"""
