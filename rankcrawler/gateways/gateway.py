"""The seam between a gateway and everything else: makes the request for a target, and reads the reply.

A crawl and `scrapy rank` both use it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from rankcrawler import own_code
from rankcrawler.clock import iso
from rankcrawler.errors import AnswerError, SettingError
from rankcrawler.gateways import headers, profiles, token, verdict, wire
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client, Reply
from rankcrawler.gateways.discovery import Discovery
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.profiles import Placement, Profile, pointer
from rankcrawler.gateways.proxy import Proxy
from rankcrawler.gateways.request import Call, ListRequest
from rankcrawler.gateways.token import Token
from rankcrawler.gateways.verdict import Action, Context, Judge, Seen, Shape, Verdict, Verdicts
from rankcrawler.language import tr
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.targets import Target
from rankcrawler.options import Options


class Gateway:
    """One gateway: its address, its profile, and the verdicts on its answers.

    `contributors` caches contributors between lists; without it, each list is decoded in full. Without a profile, it is
    a gateway of the default one.
    """

    def __init__(
        self,
        address: Address,
        verdicts: Verdicts | None = None,
        contributors: wire.Contributors | None = None,
        profile: Profile | None = None,
    ) -> None:
        self.address = address
        self.profile = profile = profile or profiles.named()
        layout = profile.answer
        self._verdicts = verdicts or _verdicts("", profile)
        self._drift = wire.Drift(layout)
        self._words = [pointer.steps(each) for each in layout.words]
        self._waits = layout.waits
        self._requests = {kind: ListRequest(address, call) for kind, call in profile.lists.items()}
        self.discovery = Discovery(address, profile, self._verdicts)
        """How the rooms of anchors are found."""
        self._readers = {kind: wire.Reader(kinds.named(kind), contributors, layout) for kind in profile.lists}

    @classmethod
    def of(cls, options: Options, contributors: wire.Contributors | None = None) -> "Gateway":
        """The gateway in the options; raises SettingError if its address, name, profile or VERDICTS cannot be used."""
        profile = profiles.named(options.gateway_profile)
        return cls(
            _address(options, profile), _verdicts(options.verdicts, profile, _judge(options)), contributors, profile
        )

    @property
    def source(self) -> str:
        """The gateway's name in data: as set, or else its host, after the name of any profile but the default one."""
        name = self.address.source
        is_host_alone = self.address.name is not None or self.profile.name == profiles.DEFAULT
        return name if is_host_alone else f"{self.profile.name}:{name}"

    def check(self, kind: str) -> None:
        """Raise SettingError if the gateway has no list of this kind."""
        if kind not in self._requests:
            raise SettingError(
                tr(
                    "the gateway's profile {profile} has no list of the kind {kind}: it has {has}",
                    profile=self.profile.name,
                    kind=kind,
                    has=tr(" and ").join(self._requests),
                )
            )

    def target(self, kind: str, room_id: str, anchor_id: str | None = None) -> Target:
        """The target for a room's list at this gateway."""
        return Target(self.source, kind, room_id, anchor_id)

    def path(self, kind: str) -> str:
        """What is added to GATEWAY_URL for a list of this kind."""
        return self.profile.lists[kind].path

    def missing(self, target: Target) -> str:
        """Why a target cannot be polled, if the gateway needs more than it names; else an empty text."""
        fields = self._requests[target.kind].missing(target)
        if not fields:
            return ""
        needed = tr(" and ").join(fields)
        return tr("the gateway's profile {profile} needs the room's {fields}", profile=self.profile.name, fields=needed)

    def call(self, target: Target) -> Call:
        """The request for a target, without the token."""
        return self._requests[target.kind].of(target)

    def read(
        self, reply: Reply, target: Target, polled_at_ms: int, attempt: int = 1, *, confirms: bool = False
    ) -> RoomSnapshot | FailedPoll:
        """The list in a reply, or why there is none. `polled_at_ms` is when the reply arrived, in ms since 1970.

        A room is gone only if the poll `confirms` what the one before it found.
        """
        seen, fault, reader = Seen(reply.status), "", self._readers[target.kind]
        try:
            answer = reader.read(reply.body)
            seen = Seen(reply.status, answer.code, answer.inner_code)
            if self._verdicts.reads(seen):
                return wire.snapshot(answer, target, polled_at_ms)
        except AnswerError as error:
            seen, fault = seen._replace(shape=Shape.of_unreadable(reply.body)), str(error)
        if seen.code is None:
            seen = seen._replace(code=reader.code(reply.body))
        context = Context(
            wire.said(reply.body, self._words),
            fault,
            (reply.header("Location") or "") if 300 <= reply.status < 400 else "",
            tuple(map(reply.header, self._waits)),
            datetime.fromtimestamp(polled_at_ms / 1000, UTC),
        )
        follows = self._verdicts.of_answer(seen, context)
        if follows.action is Action.GONE and not confirms:
            follows = replace(follows, action=Action.GONE_ONCE)
        return _failed(target, polled_at_ms, attempt, follows, seen)

    def unanswered(self, reason: str, target: Target, polled_at_ms: int, attempt: int = 1) -> FailedPoll:
        """The failed poll for a request that got no reply."""
        seen = Seen(shape=Shape.NO_ANSWER)
        return _failed(target, polled_at_ms, attempt, self._verdicts.of_answer(seen, Context(fault=reason)), seen)

    def undocumented(self, reply: Reply) -> Iterator[str]:
        """Yield the JSON paths of undocumented fields, each once per run. Checks only a sample of the replies."""
        yield from self._drift.new_in(reply.body)


def client(options: Options, keyring: Keyring | None = None) -> Client:
    """The client for these options; raises SettingError if they cannot be used."""
    profile = profiles.named(options.gateway_profile)
    placement = Placement.of(profile.token)
    return Client(
        _address(options, profile),
        keyring or keys(options),
        timeout=options.download_timeout or profile.limits.timeout,
        max_bytes=options.download_maxsize,
        connections=options.concurrent_requests,
        ca_file=options.gateway_ca_file,
        proxy=Proxy.of(options.gateway_proxy),
        headers=headers.checked(options.headers, placement.header),
        placement=placement,
    )


def keys(options: Options) -> Keyring:
    """The tokens in the options; raises SettingError unless exactly one setting provides what the gateway needs."""
    return Keyring(tokens(options))


def tokens(options: Options) -> list[Token]:
    """The same, as a list. A gateway that needs no token gets none, whatever the settings provide."""
    if not Placement.of(profiles.named(options.gateway_profile).token).is_needed:
        return [token.NO_TOKEN]
    return token.read(options.gateway_token, options.gateway_token_file)


def _address(options: Options, profile: Profile) -> Address:
    paths = [call.path for call in profile.lists.values()]
    return Address.of(options.gateway_url, options.gateway_name, paths, profile.addresses)


def _judge(options: Options) -> Judge | None:
    path = options.own_code["VERDICT_FUNCTION"]
    return own_code.function("VERDICT_FUNCTION", path) if path else None


def _verdicts(own: str, profile: Profile, judge: Judge | None = None) -> Verdicts:
    success = profile.answer.success
    rows = dict(verdict.row(cell, action) for cell, action in profile.verdicts.items())
    codes = [code for each in success.code if (code := wire.normal(each)) is not None]
    return Verdicts.of(own, verdict.of_gateway(codes, success.status_code, rows), judge)


def _failed(target: Target, polled_at_ms: int, attempt: int, follows: Verdict, seen: Seen) -> FailedPoll:
    return FailedPoll(
        target=target,
        polled_at=iso(polled_at_ms),
        action=follows.action.value,
        reason=follows.reason,
        status=seen.status,
        code=seen.code if isinstance(seen.code, int) else None,
        status_code=seen.status_code,
        attempt=attempt,
        wait=follows.seconds,
        code_word=seen.code if isinstance(seen.code, str) else None,
    )
