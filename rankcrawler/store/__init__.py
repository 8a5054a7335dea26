"""Where snapshots are kept: SQLite or JSON Lines, behind one contract."""
