"""The spiders: they move data, and judge nothing."""
