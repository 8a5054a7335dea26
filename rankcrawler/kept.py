"""A worker of a fleet: `python -m rankcrawler.kept crawl ranklist …`. It ends when the fleet does."""

import sys

from rankcrawler import channel
from rankcrawler.cli import main

if __name__ == "__main__":
    channel.join(sys.stdin.fileno())
    main()
