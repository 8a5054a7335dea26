"""Sends the files that pages load."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from rankcrawler.language import tr
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.refusal import Refusal

_FOR_EVER = "public, max-age=31536000, immutable"


@get("/static/{version:str}/{name:path}", include_in_schema=False, sync_to_thread=False)
def send(
    request: AnyRequest, version: FromPath[str], name: FromPath[str], pages: NamedDependency[Pages]
) -> Response[bytes]:
    """A file; under the address of its present version it never changes."""
    asset = pages.assets.find(name.lstrip("/"))
    if asset is None:
        raise Refusal(404, tr("there is no such page"))
    headers = {"Cache-Control": _FOR_EVER if version == pages.assets.version else "no-cache", "Vary": "Accept-Encoding"}
    body = asset.body
    if asset.pressed is not None and "gzip" in (request.headers.get("accept-encoding") or ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.pressed
    return Response(body, media_type=asset.media_type, headers=headers)
