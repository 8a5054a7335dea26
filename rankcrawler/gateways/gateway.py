"""The seam between a gateway and everything else: builds the URL of a target, and reads the reply.

A crawl and `scrapy rank` both use it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from rankcrawler.clock import iso
from rankcrawler.errors import AnswerError
from rankcrawler.gateways import headers, token, wire
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.proxy import Proxy
from rankcrawler.gateways.verdict import Action, Context, Seen, Shape, Verdict, Verdicts
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.targets import Target
from rankcrawler.options import Options


class Gateway:
    """One gateway: its address, and the verdicts on its answers.

    `contributors` caches contributors between lists; without it, each list is decoded in full.
    """

    def __init__(
        self, address: Address, verdicts: Verdicts | None = None, contributors: wire.Contributors | None = None
    ) -> None:
        self.address = address
        self._verdicts = verdicts or Verdicts()
        self._drift = wire.Drift()
        self._readers = {name: wire.Reader(kind, contributors) for name, kind in kinds.KINDS.items()}

    @classmethod
    def of(cls, options: Options, contributors: wire.Contributors | None = None) -> "Gateway":
        """The gateway in the options; raises SettingError if GATEWAY_URL or VERDICTS cannot be used."""
        return cls(Address.of(options.gateway_url, options.gateway_name), Verdicts.of(options.verdicts), contributors)

    @property
    def source(self) -> str:
        """The gateway's name in data."""
        return self.address.source

    def target(self, kind: str, room_id: str, anchor_id: str | None = None) -> Target:
        """The target for a room's list at this gateway."""
        return Target(self.source, kind, room_id, anchor_id)

    def url(self, target: Target) -> str:
        """The URL of a target, without the token."""
        return self.address.of_list(target.kind, target.room_id, target.anchor_id)

    def read(
        self, reply: Reply, target: Target, polled_at_ms: int, attempt: int = 1, *, confirms: bool = False
    ) -> RoomSnapshot | FailedPoll:
        """The list in a reply, or why there is none. `polled_at_ms` is when the reply arrived, in ms since 1970.

        A room is gone only if the poll `confirms` what the one before it found.
        """
        seen, fault = Seen(reply.status), ""
        try:
            answer = self._readers[target.kind].read(reply.body)
            seen = Seen(reply.status, answer.code, answer.inner_code)
            if self._verdicts.of_answer(seen).action is Action.READ:
                return wire.snapshot(answer, target, polled_at_ms)
        except AnswerError as error:
            seen, fault = seen._replace(shape=Shape.of_unreadable(reply.body)), str(error)
        said = wire.said(reply.body)
        if seen.code is None:
            seen = seen._replace(code=said.code)
        context = Context(
            said.words,
            fault,
            (reply.header("Location") or "") if 300 <= reply.status < 400 else "",
            reply.header("Retry-After"),
            reply.header("X-RateLimit-Reset"),
            datetime.fromtimestamp(polled_at_ms / 1000, UTC),
        )
        verdict = self._verdicts.of_answer(seen, context)
        if verdict.action is Action.GONE and not confirms:
            verdict = replace(verdict, action=Action.GONE_ONCE)
        return _failed(target, polled_at_ms, attempt, verdict, seen)

    def unanswered(self, reason: str, target: Target, polled_at_ms: int, attempt: int = 1) -> FailedPoll:
        """The failed poll for a request that got no reply."""
        seen = Seen(shape=Shape.NO_ANSWER)
        return _failed(target, polled_at_ms, attempt, self._verdicts.of_answer(seen, Context(fault=reason)), seen)

    def undocumented(self, reply: Reply) -> Iterator[str]:
        """Yield the JSON paths of undocumented fields, each once per run. Checks only a sample of the replies."""
        yield from self._drift.new_in(reply.body)


def client(options: Options, keyring: Keyring | None = None) -> Client:
    """The client for these options; raises SettingError if they cannot be used."""
    return Client(
        Address.of(options.gateway_url, options.gateway_name),
        keyring or keys(options),
        timeout=options.download_timeout,
        max_bytes=options.download_maxsize,
        connections=options.concurrent_requests,
        ca_file=options.gateway_ca_file,
        proxy=Proxy.of(options.gateway_proxy),
        headers=headers.checked(options.headers),
    )


def keys(options: Options) -> Keyring:
    """The tokens in the options; raises SettingError unless exactly one setting provides them."""
    return Keyring(token.read(options.gateway_token, options.gateway_token_file))


def _failed(target: Target, polled_at_ms: int, attempt: int, verdict: Verdict, seen: Seen) -> FailedPoll:
    return FailedPoll(
        target=target,
        polled_at=iso(polled_at_ms),
        action=verdict.action.value,
        reason=verdict.reason,
        status=seen.status,
        code=seen.code,
        status_code=seen.status_code,
        attempt=attempt,
        wait=verdict.seconds,
    )
