"""What a shell needs to complete command lines: words.py finds it, and each shell has a module that writes it."""
