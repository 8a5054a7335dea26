"""One request to the gateway, with everything about it bounded: time, bytes, redirects, and who sees the token."""

import os
import ssl
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
from yarl import URL
from zlib_ng import zlib_ng

from rankcrawler import __version__
from rankcrawler.errors import GatewayError, NoTokenLeft, SettingError
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.keyring import Key, Keyring

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"rankcrawler/{__version__}",
}


class Reply(NamedTuple):
    """What came back: a status, the headers as pairs, and the body with its gzip undone; all without the token."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    token: int = 1
    """The position of the token that was used."""

    def header(self, name: str) -> str | None:
        """The first header of that name, in whatever case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Client:
    """Asks one gateway, over at most `connections` kept-alive connections; an async context manager.

    `timeout` bounds a whole request in seconds, `max_bytes` a body both as it travels and unpacked; `ca_file` names
    the certificates that may vouch for the gateway, in place of the system's.
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
    ) -> None:
        self.address = address
        self._keyring = keyring
        self._tls = _tls(ca_file) if ca_file else True
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str) -> Reply:
        """GET an address of the gateway's, once; raises GatewayError, which never holds the token.

        NoTokenLeft where every token is set aside.
        """
        if not self.address.serves(url):
            raise GatewayError(f"refused to ask {url}: it is not at the gateway {self.address.base}")
        key = self._keyring.take()
        if key is None:
            raise NoTokenLeft("every token is set aside")
        try:
            async with self._open().get(_with_token(url, key), allow_redirects=False) as response:
                return _without_token(response, await self._body(response), key)
        except TimeoutError:
            raise GatewayError(f"no whole answer within {self._timeout:g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise GatewayError(
                f"the gateway {self.address.base} is not reachable ({_why(error.os_error)}): "
                "is GATEWAY_URL right, and does it run?"
            ) from None
        except aiohttp.ClientError as error:
            raise GatewayError(f"connection lost: {type(error).__name__}") from None

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
        """The session, made within the running loop; no cookies, no proxies or .netrc of the environment."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=self._tls),
                middlewares=(_once,),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                headers=_HEADERS,
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", ""):
            raise GatewayError("the answer is encoded in a way that was not asked for")
        raw = bytearray()
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > self._max_bytes:
                raise GatewayError(f"the answer is larger than {self._max_bytes} bytes")
        return gunzip(bytes(raw), self._max_bytes) if encoding == "gzip" else bytes(raw)


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request, but never twice: aiohttp would repeat one whose connection breaks, and nobody would count it."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise GatewayError(f"connection lost: {type(error).__name__}") from None


def _with_token(url: str, key: Key) -> URL:
    return URL(url).extend_query(token=key.token.reveal())


def _without_token(response: aiohttp.ClientResponse, body: bytes, key: Key) -> Reply:
    """The reply with the token taken out of whatever the gateway echoes."""
    hidden = key.token.hidden_in
    headers = [(name, hidden(value.encode("utf-8", "surrogateescape"))) for name, value in response.headers.items()]
    texts = [(name, value.decode("utf-8", "surrogateescape")) for name, value in headers]
    return Reply(response.status, texts, hidden(body), key.position)


def _tls(ca_file: str) -> ssl.SSLContext:
    """TLS that trusts the certificates of this file, and no others; raises SettingError."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise SettingError(f"GATEWAY_CA_FILE ({ca_file}) holds no certificates in PEM: {error}") from error


def gunzip(packed: bytes, max_bytes: int) -> bytes:
    """Undo gzip, at most `max_bytes` of it; raises GatewayError where it is cut short, damaged or a bomb."""
    if not packed:
        return b""
    stream = zlib_ng.decompressobj(wbits=31)
    try:
        body = stream.decompress(packed, max_bytes + 1)
    except zlib_ng.error as error:  # type: ignore[misc]  # its stub has an instance for the class
        raise GatewayError(f"the answer's gzip is damaged: {error}") from None
    if len(body) > max_bytes:
        raise GatewayError(f"the answer is larger than {max_bytes} bytes when unpacked")
    if not stream.eof:
        raise GatewayError("the answer's gzip is cut short")
    return body


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):  # numbers its errors in a way of its own
        return str(error)
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
