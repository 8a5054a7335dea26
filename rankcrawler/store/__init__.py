"""Where polls are kept: SQLite, PostgreSQL or JSON Lines, behind one contract."""
