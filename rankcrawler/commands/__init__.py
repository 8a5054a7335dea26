"""What the command line does and prints. `entry` declares each command; the modules beside it do the work."""
