"""The pages for people: handlers that ask the store, and templates that show the answers."""
