"""Sends messages to a webhook, signed as Standard Webhooks describe it (standardwebhooks.com).

The header `webhook-id` is the same in each attempt; `webhook-signature` is `v1,` and the base64 of an HMAC-SHA256 over
`ID.TIMESTAMP.BODY`. Any status from 200 to 299 takes the message.
"""

import asyncio
import hmac
import time
from base64 import b64encode
from hashlib import sha256
from typing import NamedTuple

import aiohttp

from rankcrawler import __version__
from rankcrawler.alerts.targets import Target
from rankcrawler.language import marked

PATIENCE = 10.0
"""Seconds that an attempt may take."""
_LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read, at most."""


class Outcome(NamedTuple):
    """What has become of an attempt."""

    problem: str
    """Why it failed, marked for the catalogue, without any part of the address; empty if it did not."""
    wait: float | None = None
    """Seconds that the target asks for before the next attempt."""


TAKEN = Outcome("")
_NO_ANSWER = Outcome(marked("no answer in time"))
_UNREACHABLE = Outcome(marked("the target cannot be reached"))
_NO_TLS = Outcome(marked("the target's certificate is not trusted"))


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + b64encode(hmac.digest(secret, signed, sha256)).decode()


async def send(target: Target, message_id: str, body: bytes, patience: float = PATIENCE) -> Outcome:
    """Send a message once; redirects are not followed, because they lead elsewhere."""
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"rankcrawler/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(target.reveal_secret(), message_id, timestamp, body),
    }
    try:
        async with (
            asyncio.timeout(patience),
            aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar()) as client,
            client.post(target.reveal(), data=body, headers=headers, allow_redirects=False) as response,
        ):
            await response.content.read(_LONGEST_ANSWER)
            return _outcome(response.status, response.headers.get("Retry-After", ""))
    except TimeoutError:
        return _NO_ANSWER
    except aiohttp.ClientSSLError:
        return _NO_TLS
    except (aiohttp.ClientError, OSError, ValueError):  # whose messages show the address
        return _UNREACHABLE


def _outcome(status: int, retry_after: str) -> Outcome:
    if 200 <= status < 300:
        return TAKEN
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 7 else None
    if 300 <= status < 400:
        return Outcome(f"HTTP {status}: a redirect, which is not followed")
    return Outcome(f"HTTP {status}", wait)
