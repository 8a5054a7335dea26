"""The client that sends requests to the gateway. It limits their time and size, and keeps the token secret."""

import asyncio
import errno
import os
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import aiohttp

from rankcrawler import __version__
from rankcrawler.errors import GatewayError, NoTokenLeft, SettingError
from rankcrawler.faultlog import FaultLog
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.connector import Connector
from rankcrawler.gateways.gzipped import gunzip
from rankcrawler.gateways.keyring import Key, Keyring
from rankcrawler.gateways.profiles import Placement
from rankcrawler.gateways.proxy import Proxy
from rankcrawler.language import tr

if TYPE_CHECKING:
    from aiohttp.client import _RequestContextManager

_HEADERS = {"Accept": "application/json", "User-Agent": f"rankcrawler/{__version__}"}
_ENCODING = {"Accept-Encoding": "gzip"}
_JSON = {"Content-Type": "application/json"}
_IN_QUERY = Placement(query="token")
_PROXY_REFUSES = 407
"""The status of a proxy that wants another user or password."""
_SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE = 0.2
"""Seconds between attempts while this machine is out of something."""


class Reply(NamedTuple):
    """A reply: its status, its headers as pairs, and its decompressed body. None of them contains the token."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    token: int = 1
    """The position of the token that the request used; 1 is first."""

    def header(self, name: str) -> str | None:
        """The first header with this name, in any case; None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Client:
    """Sends requests to one gateway, over at most `connections` persistent connections; an async context manager.

    `timeout` limits a whole request, in seconds. `max_bytes` limits a body, both compressed and decompressed.
    `ca_file` is a PEM file; only its certificates are trusted, instead of the system's.
    `headers` are sent with every request, to the gateway alone; `proxy` is between the two. `placement` says where in a
    request the token goes.
    """

    def __init__(
        self,
        address: Address,
        keyring: Keyring,
        *,
        timeout: float = 20.0,
        max_bytes: int = 8 << 20,
        connections: int = 16,
        ca_file: str | None = None,
        proxy: Proxy | None = None,
        headers: Mapping[str, str] = _HEADERS,
        placement: Placement = _IN_QUERY,
    ) -> None:
        self.address = address
        self._placement = placement
        self._proxy = proxy
        self._headers = {**headers, **_ENCODING}
        self._keyring = keyring
        self._tls = _tls(ca_file) if ca_file else True
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._connector: Connector | None = None
        self._shortage = FaultLog(
            "This machine can open no more connections, waiting", "This machine can open connections again"
        )

    async def fetch(self, url: str, method: str = "GET", body: bytes = b"") -> Reply:
        """Request a URL of the gateway, without following redirects or retrying; a body is JSON.

        While this machine has no file or memory left for a connection, it waits: the gateway is not at fault.

        Raises GatewayError, whose message never contains the token, and NoTokenLeft if every token is set aside.
        """
        if not self.address.serves(url):
            raise GatewayError(
                tr("refused to request {url}: it is not at the gateway {base}", url=url, base=self.address.base)
            )
        while True:
            if (reply := await self._attempt(url, method, body)) is not None:
                self._shortage.over()
                return reply
            await asyncio.sleep(_PAUSE)

    async def _attempt(self, url: str, method: str, body: bytes) -> Reply | None:
        """A reply; None if this machine is out of something."""
        key = self._keyring.take()
        if key is None:
            raise NoTokenLeft(tr("every token is set aside"))
        try:
            async with self._request(url, method, body, key) as response:
                if self._proxy is not None and response.status == _PROXY_REFUSES:
                    raise GatewayError(self._unreachable(_answered(response.status), is_proxys=True))
                reply = _without_token(response, await self._body(response, key), key)
        except TimeoutError:
            raise GatewayError(
                tr("no complete answer within {timeout:g} s, the DOWNLOAD_TIMEOUT", timeout=self._timeout)
            ) from None
        except aiohttp.ClientConnectorError as error:
            if _is_ours(error.os_error):
                self._shortage.note(error.os_error)
                return None
            is_proxys = isinstance(error, aiohttp.ClientProxyConnectionError)
            raise GatewayError(self._unreachable(_why(error.os_error), is_proxys=is_proxys)) from None
        except aiohttp.ClientHttpProxyError as error:
            raise GatewayError(self._unreachable(_answered(error.status), is_proxys=True)) from None
        except aiohttp.ClientError as error:
            raise GatewayError(tr("connection lost: {kind}", kind=type(error).__name__)) from None
        if self._connector is not None and self._connector.doubts:
            raise GatewayError(tr("the answer may be another request's: the gateway sends more than it is asked for"))
        return reply

    def _request(self, url: str, method: str, body: bytes, key: Key) -> "_RequestContextManager":
        secret = key.token.reveal()
        headers = self._placement.headers(secret) | (_JSON if body else {})
        at = self._placement.url(url, secret)
        return self._open().request(method, at, data=body or None, headers=headers or None, allow_redirects=False)

    def _unreachable(self, why: str, *, is_proxys: bool) -> str:
        if is_proxys:
            return tr(
                "cannot connect through {proxy} ({why}): check GATEWAY_PROXY, and whether the proxy is running",
                proxy=self._proxy,
                why=why,
            )
        return tr(
            "cannot connect to the gateway {base} ({why}): check GATEWAY_URL, and whether the gateway is running",
            base=self.address.base,
            why=why,
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, created in the running loop. It uses no cookies, no .netrc, and no proxy but the given one."""
        if self._session is None:
            self._connector = Connector(limit=self._connections, ssl=self._tls)
            self._session = aiohttp.ClientSession(
                connector=self._connector,
                middlewares=(_once,),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                headers=self._headers,
                proxy=None if self._proxy is None else self._proxy.url,
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def _body(self, response: aiohttp.ClientResponse, key: Key) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            named = key.token.hidden_in(response.headers["Content-Encoding"].encode("utf-8", "replace")).decode()
            raise GatewayError(
                tr("the answer's Content-Encoding is {named!r}: only gzip is understood", named=named[:40])
            )
        raw = bytearray()
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > self._max_bytes:
                raise GatewayError(tr("the answer is larger than {max_bytes} bytes", max_bytes=self._max_bytes))
        return gunzip(bytes(raw), self._max_bytes) if encoding.endswith("gzip") else bytes(raw)


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once. If its connection broke, aiohttp would send it again, and nothing would count that."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise GatewayError(tr("connection lost: {kind}", kind=type(error).__name__)) from None


def _without_token(response: aiohttp.ClientResponse, body: bytes, key: Key) -> Reply:
    """The reply, with the token masked wherever the gateway echoed it."""
    hidden = key.token.hidden_in
    headers = [(name, hidden(value.encode("utf-8", "surrogateescape"))) for name, value in response.headers.items()]
    texts = [(name, value.decode("utf-8", "surrogateescape")) for name, value in headers]
    return Reply(response.status, texts, hidden(body), key.position)


def _tls(ca_file: str) -> ssl.SSLContext:
    """A TLS context that trusts only the certificates in this file; raises SettingError."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise SettingError(
            tr("GATEWAY_CA_FILE ({ca_file}) contains no PEM certificates: {error}", ca_file=ca_file, error=error)
        ) from error


def _is_ours(error: OSError) -> bool:
    """Whether a connection failed because this machine, not the gateway, is out of something."""
    if error.errno in _SHORTAGES:
        return True
    try:  # looking up a host's name hides the reason
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return True
    return False


def _answered(status: int) -> str:
    return tr("it answered HTTP {status}", status=status)


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):  # its errno is OpenSSL's, not the system's
        return str(error)
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
