"""The limits that a crawl puts on its fleet: the rate that the gateway's profile advises, and a budget."""

import logging

from rankcrawler.gateways import spending
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.options import Options
from rankcrawler.queue.budget import Budget
from rankcrawler.queue.room_queue import RoomQueue

logger = logging.getLogger(__name__)


async def begin(queue: RoomQueue, gateway: Gateway, options: Options) -> None:
    """Limit what the workers of a queue lease; raises SettingError if the budget has no price."""
    if options.budget_per_day is not None:
        calls = spending.calls_of(options.budget_per_day, gateway.profile)
        queue.gate.budget = Budget(calls, options.time_zone)
        logger.info("The fleet makes %d calls a day at most", calls)
    rate, name = gateway.profile.limits.rate, gateway.profile.name
    if rate is not None and await queue.control.begin_with_rate(rate, f"profile:{name}"):
        logger.info("The rate is %g/s at most, as the gateway's profile %s says: see `scrapy rooms rate`", rate, name)
