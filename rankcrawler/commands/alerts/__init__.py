"""The subcommands of `rankcrawler alerts`, and the loop that it runs without one."""
