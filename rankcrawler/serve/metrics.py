"""The address from which Prometheus reads the metrics of the fleet."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from rankcrawler.metrics import exposition
from rankcrawler.serve.api.replies import AnyRequest
from rankcrawler.serve.fleet_metrics import FleetMetrics


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest, fleet_metrics: NamedDependency[FleetMetrics]) -> Response[bytes]:
    """What Prometheus reads; needs the token, if there is one."""
    body, kind = exposition.written(await fleet_metrics.read(), request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": kind})


def routes() -> list[HTTPRouteHandler]:
    """The handler."""
    return [metrics]
