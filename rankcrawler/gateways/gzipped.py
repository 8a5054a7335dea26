"""Unpacks gzip, within limits: what a gateway sends can be damaged, or unpack to far more than it seems."""

from zlib_ng import zlib_ng

from rankcrawler.errors import GatewayError
from rankcrawler.language import tr


def gunzip(packed: bytes, max_bytes: int) -> bytes:
    """Decompress gzip; raises GatewayError if it is damaged, truncated, or yields more than `max_bytes`."""
    if not packed:
        return b""
    stream = zlib_ng.decompressobj(wbits=31)
    try:
        body = stream.decompress(packed, max_bytes + 1)
    except zlib_ng.error as error:  # type: ignore[misc]  # its stub declares an instance instead of a class
        raise GatewayError(tr("the answer's gzip is damaged: {error}", error=error)) from None
    if len(body) > max_bytes:
        raise GatewayError(tr("the answer is larger than {max_bytes} bytes when decompressed", max_bytes=max_bytes))
    if not stream.eof:
        raise GatewayError(tr("the answer's gzip is truncated"))
    return body
