"""The data model that all other parts share: targets, schedules, items, their columns and their rules."""
