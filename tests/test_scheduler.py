"""Requests between the spider and the downloader."""

from scrapy import Request

from rankcrawler.speedups.scheduler import Handover


def test_requests_leave_in_the_order_in_which_they_came_duplicates_too() -> None:
    handover = Handover()
    requests = [Request(f"https://gateway.test/{name}") for name in "abba"]
    assert [handover.enqueue_request(request) for request in requests] == [True] * 4
    assert handover.has_pending_requests()
    assert [handover.next_request() for _ in range(5)] == [*requests, None]
    assert not handover.has_pending_requests()
