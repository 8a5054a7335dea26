"""Every page, as handlers that the application mounts."""

from litestar.handlers import HTTPRouteHandler

from rankcrawler.serve.pages import index, login, static


def routes() -> list[HTTPRouteHandler]:
    """The handlers of all pages."""
    return [index.show, login.show, login.enter, login.leave, login.speak, static.send]
