"""Checks that what someone is about to change is their own queue, where the settings name a gateway."""

from rankcrawler.errors import SettingError
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.options import Options
from rankcrawler.queue.room_queue import RoomQueue


async def check(queue: RoomQueue, options: Options) -> None:
    """Raise QueueOfAnother if the queue has rooms or workers of another gateway than the one that is set."""
    if not options.gateway_url:
        return
    try:
        gateway = Gateway.of(options)
    except SettingError:  # a crawl says what is wrong with it
        return
    await queue.check_holder(gateway.source, gateway.profile.name)
