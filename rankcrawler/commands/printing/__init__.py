"""How commands print: text that cannot steer a terminal, and tables."""
