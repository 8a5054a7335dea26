"""Every page, as handlers that the application mounts."""

from litestar.handlers import HTTPRouteHandler

from rankcrawler.serve.pages import alerting, changes, downloads, handlers, login, static


def routes() -> list[HTTPRouteHandler]:
    """The handlers of all pages."""
    return [
        handlers.show_wall,
        handlers.show_room,
        handlers.show_people,
        handlers.show_person,
        handlers.show_compare,
        handlers.show_fleet,
        alerting.show,
        alerting.add,
        alerting.change,
        downloads.send_csv,
        downloads.send_workbook,
        changes.show_form,
        changes.add_rooms,
        changes.retry,
        changes.choose_theme,
        login.show,
        login.enter,
        login.leave,
        login.speak,
        static.send,
    ]
