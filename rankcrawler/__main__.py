"""`python -m rankcrawler`: the same as the script."""

from rankcrawler.cli import main

main()
