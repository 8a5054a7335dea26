"""The gateway's address: what is taken for one, and what lies at it."""

import re

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways.address import Address

PATHS = ("/douyin/liveroom/ranklist", "/douyin/liveroom/audience", "/ranks")


def refused(url: str | None) -> str:
    """What is said of a setting that is no gateway's address."""
    with pytest.raises(SettingError) as refusal:
        Address.of(url)
    return str(refusal.value)


@pytest.mark.parametrize("url", [None, ""])
def test_a_gateway_that_is_not_set_is_said_how_to_set(url: str | None) -> None:
    said = refused(url)
    assert said.startswith("GATEWAY_URL is not set")
    assert "GATEWAY_URL=https://" in said
    assert "rankcrawler simulate" in said


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://gateway.test:99999",
        "http://gateway.test:x",
        "http://.example.com",
        f"http://{'a' * 64}.com",
    ],
    ids=["bracket", "large-port", "word-port", "empty-label", "long-label"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert refused(url).startswith("GATEWAY_URL is not a URL (")


@pytest.mark.parametrize(
    "url", ["gateway.test", "gateway.test:80", "ftp://gateway.test", "file:///etc", "http://", "http:///p", "//g"]
)
def test_what_names_no_http_host_is_refused(url: str) -> None:
    assert refused(url).startswith("GATEWAY_URL must begin with http:// or https:// and name a host")


@pytest.mark.parametrize(
    "url", ["http://user@g", "http://:secret@g", "http://g/?token=secret", "http://g/#secret", "http://g?"]
)
def test_an_address_with_a_secret_in_it_is_refused_without_showing_it(url: str) -> None:
    said = refused(url)
    assert "GATEWAY_TOKEN" in said
    assert "secret" not in said


@pytest.mark.parametrize("base", ["http://gateway.test", "http://gateway.test/", "http://gateway.test//"])
def test_slashes_at_the_end_make_no_difference(base: str) -> None:
    assert Address.of(base).base == "http://gateway.test"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://Gateway.Test/api", "gateway.test"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000/", "[::1]:8000"),
    ],
)
def test_the_source_is_host_and_port(url: str, source: str) -> None:
    assert Address.of(url).source == source


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("http://Gateway.test/api", ("http", "gateway.test", 80)),
        ("https://gateway.test", ("https", "gateway.test", 443)),
        ("http://gateway.test:8000", ("http", "gateway.test", 8000)),
    ],
)
def test_the_origin_is_scheme_host_and_port(base: str, origin: tuple[str, str, int]) -> None:
    assert Address.of(base).origin == origin


@pytest.mark.parametrize("url", ["http://gateway.test/x", "http://GATEWAY.test:80/", "HTTP://gateway.test?a=1"])
def test_a_gateway_serves_what_lies_at_its_origin(url: str) -> None:
    assert Address.of("http://gateway.test/api").serves(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.test/", "http://gateway.test:81/", "http://gateway.test.evil.test/", "http://evil.test/",
        "http://gateway.test@evil.test/", "http://evil.test/?http://gateway.test/", "http://sub.gateway.test/",
        "ftp://gateway.test:80/", "//gateway.test/", "/x", "",
    ],
)  # fmt: skip
def test_a_gateway_serves_nothing_else(url: str) -> None:
    assert not Address.of("http://gateway.test").serves(url)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://gateway.test/douyin/liveroom/ranklist", "https://gateway.test"),
        ("https://gateway.test/douyin/liveroom/audience/", "https://gateway.test"),
        ("https://gateway.test:8443/api/douyin/liveroom", "https://gateway.test:8443/api"),
        ("https://gateway.test/ranks", "https://gateway.test"),
    ],
)
def test_an_address_that_ends_with_the_documented_path_is_refused_with_the_right_one(url: str, right: str) -> None:
    with pytest.raises(SettingError, match=re.escape(f"(GATEWAY_URL={right})")):
        Address.of(url, paths=PATHS)


@pytest.mark.parametrize("url", ["https://gateway.test/douyin", "https://gateway.test/xdouyin/liveroom", "https://g"])
def test_an_address_that_shares_less_with_a_path_is_taken(url: str) -> None:
    assert Address.of(url, paths=PATHS).base == url


def test_known_addresses_are_named_if_none_is_set() -> None:
    with pytest.raises(SettingError, match=r"This gateway is at https://a\.test or https://b\.test"):
        Address.of(None, paths=PATHS, known=["https://a.test", "https://b.test"])
