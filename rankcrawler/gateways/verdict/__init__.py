"""What the crawler does with an answer: a table of (HTTP status, code, status_code, shape) → an action.

The gateway does not document its codes, so what the table does not know is retried within the room's
attempts, and its code is shown as it came. The setting VERDICTS adds rows, which go before the table's.
"""

from rankcrawler.gateways.verdict.table import Action, Seen, Shape, is_outage
from rankcrawler.gateways.verdict.verdicts import DEFAULT_WAIT, LONGEST_WAIT, SHORTEST_WAIT, Verdict, Verdicts

__all__ = [
    "DEFAULT_WAIT",
    "LONGEST_WAIT",
    "SHORTEST_WAIT",
    "Action",
    "Seen",
    "Shape",
    "Verdict",
    "Verdicts",
    "is_outage",
]
