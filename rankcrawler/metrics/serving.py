"""Whether a worker can serve its metrics, as the settings ask."""

from importlib.util import find_spec

from rankcrawler import listening
from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.options import Options

INSTALL = "pip install 'rankcrawler[metrics]'"
_HIGHEST_PORT = 65_535


def check(options: Options) -> None:
    """Raise SettingError if metrics are to be served, and cannot be."""
    if options.metrics_port is None:
        return
    if options.metrics_port > _HIGHEST_PORT:
        raise SettingError(tr("METRICS_PORT must be at most {most}", most=_HIGHEST_PORT))
    if find_spec("prometheus_client") is None:
        raise SettingError(tr("METRICS_PORT needs prometheus-client: {install}", install=INSTALL))
    listening.check(options.metrics_host, options.api_token)
