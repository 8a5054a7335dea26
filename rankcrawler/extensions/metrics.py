"""Serves the metrics of the worker, if METRICS_PORT is set. A crawl goes on without them if the port is taken."""

import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from rankcrawler.distribution import Distribution
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.extensions.peers import Peers
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.metrics import serving, worker
from rankcrawler.metrics.metric import Readings
from rankcrawler.options import Options
from rankcrawler.pipelines.store import StorePipeline
from rankcrawler.queue.tally import Tally

logger = logging.getLogger(__name__)


class Metrics:
    """Reads what the crawl counts anyway, whenever Prometheus asks, and costs nothing in between."""

    def __init__(self, crawler: Crawler, options: Options, port: int) -> None:
        from rankcrawler.metrics.server import MetricsServer  # a crawl without metrics needs neither it nor its library

        self._crawler = crawler
        self._peers = Peers(crawler)
        self._source = Gateway.of(options).source
        self._place = f"{options.metrics_host}, port {port}"
        self._server = MetricsServer(self.readings, options.metrics_host, port, options.api_token)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Metrics":
        """The extension of a crawl; raises NotConfigured without METRICS_PORT, and SettingError."""
        options = Options.of(crawler.settings)
        if options.metrics_port is None:
            raise NotConfigured
        serving.check(options)
        metrics = cls(crawler, options, options.metrics_port)
        crawler.signals.connect(metrics._opened, signals.spider_opened)
        crawler.signals.connect(metrics._closed, signals.spider_closed)
        return metrics

    def readings(self) -> Readings:
        """The metrics as of now."""
        leasing = self._crawler.get_extension(Leasing)
        leased = None if leasing is None else leasing.worker
        tally = Tally() if leased is None else leased.tally
        store = self._crawler.get_item_pipeline(StorePipeline)
        kind = getattr(self._crawler.spider, "kind", None)
        held = worker.Held(
            kind="" if kind is None else kind.name,
            source=self._source,
            leases=0 if leased is None else leased.leases_held,
            keyring=self._peers.keyring,
            is_outage=leasing is not None and not leasing.trusts_the_gateway(),
            lateness=tally.lateness,
            batches=Distribution(()) if store is None else store.writer.batches,
            batched=0 if store is None else store.writer.written,
        )
        return worker.readings(self._crawler.stats.get_stats() | tally.statistics(), held)

    async def _opened(self) -> None:
        try:
            url = await self._server.open()
        except OSError as error:
            logger.error("The metrics cannot be served at %s: %s", self._place, error)
        else:
            logger.info("Serving metrics at %s/metrics", url)

    async def _closed(self) -> None:
        await self._server.close()
