"""What a poll asks and what it finds, and what is true of it: the words that every other part speaks."""
