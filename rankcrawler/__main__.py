"""`python -m rankcrawler`: the same as the console script."""

from rankcrawler.cli import main

main()
