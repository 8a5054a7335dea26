"""Who may ask a server, and for what."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.attempts import MOST, SECONDS, Attempts
from rankcrawler.serve.access.entry import SESSION_SECONDS, Entry, cookie_name
from rankcrawler.serve.access.guard import host_of
from rankcrawler.serve.access.headers import POLICY
from rankcrawler.serve.pages.login import place
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import plain_http
from tests.serving import BEIJING, browser, form_token, post, served

TOKEN = "s3cret-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LIST = "/douyin/liveroom/ranklist?room_id=1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store without polls."""
    address = f"sqlite:///{tmp_path_factory.mktemp('store')}/ranks.db"
    locate.open_records(address, create=True).close()
    return address


@pytest.fixture(scope="module")
def opened(store: str) -> Iterator[str]:
    """A server that asks for no token."""
    with served(Setup(store, BEIJING)) as url:
        yield url


@pytest.fixture(scope="module")
def locked(store: str) -> Iterator[str]:
    """A server that asks for a token."""
    with served(Setup(store, BEIJING, token=TOKEN)) as url:
        yield url


def asked(cookies: str = "", address: str = "192.0.2.1") -> Asked:
    """A request, as ASGI has it."""
    headers = [(b"cookie", cookies.encode())] if cookies else []
    return Asked(
        {"path": "/", "method": "GET", "headers": headers, "client": (address, 50_000), "server": ("127.0.0.1", 8788)}
    )


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/api/no-such-page", LIST, "/static/0/app.css"])
def test_every_answer_forbids_a_browser_what_no_page_needs(opened: str, path: str) -> None:
    answer = plain_http.get(opened + path)
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "server" not in answer.headers


def test_without_a_token_only_names_of_this_machine_are_answered(opened: str) -> None:
    port = opened.rpartition(":")[2]
    for host in ("localhost", f"127.0.0.1:{port}", "[::1]", f"LOCALHOST:{port}"):
        assert plain_http.get(opened, headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.", ""):
        refused = plain_http.get(f"{opened}/api/v1", headers={"Host": host})
        assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json"), host


@given(st.sampled_from(["localhost", "a.example", "127.0.0.1", "[::1]", "[2001:db8::1]"]), st.integers(1, 65_535))
def test_a_host_is_read_with_and_without_a_port(name: str, port: int) -> None:
    assert host_of(f"{name}:{port}") == host_of(name) == name.strip("[]")


def test_a_program_sends_the_token_as_a_bearer(locked: str) -> None:
    path = f"{locked}/api/no-such-page"
    refused = plain_http.get(path)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="rankcrawler"')
    assert refused.json() == {"title": "Unauthorized", "status": 401, "detail": "a token is needed"}
    assert plain_http.get(path, headers=BEARER).status_code == 404
    assert plain_http.get(path, headers={"Authorization": "Bearer s3cret-tokem"}).status_code == 401
    assert plain_http.get(path, headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert plain_http.get(f"{locked}{LIST}", headers=BEARER).json() == {"code": 401, "msg": "the token is wrong"}
    assert plain_http.get(f"{locked}{LIST}&token={TOKEN}").status_code == 404


def test_a_person_logs_in_and_out(locked: str) -> None:
    with browser(locked) as client:
        sent_away = client.get("/rooms/1")
        assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/login?next=/rooms/1")
        token = form_token(client, "/login?next=/rooms/1")
        wrong = post(client, "/login", csrf_token=token, token="s3cret-tokem", next="/rooms/1")
        assert (wrong.status_code, "The token is wrong" in wrong.text) == (401, True)
        entered = post(client, "/login", csrf_token=token, token=TOKEN, next="/rooms/1")
        assert (entered.status_code, entered.headers["location"]) == (303, "/rooms/1")
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        assert client.get("/").status_code == 200
        assert client.get("/api/no-such-page").status_code == 404, "a page's scripts ask with its session"
        assert client.get("/login").headers["location"] == "/"
        left = post(client, "/logout", csrf_token=form_token(client, "/"))
        assert (left.status_code, client.get("/").status_code) == (303, 303)


def test_cookies_of_other_servers_on_this_machine_do_no_harm() -> None:
    entry = Entry(TOKEN)
    odd = 'theme="dark; {"a": [1, 2]}; =; ;; a b=c'
    assert entry.has_session(asked(f"{odd}; {cookie_name(asked())}={entry.session()}; {odd}"))
    assert not entry.has_session(asked(odd))


def test_a_session_ends_with_its_time_and_with_the_token() -> None:
    now = [1_790_000_000.0]
    entry = Entry(TOKEN, clock=lambda: now[0])
    cookies = f"{cookie_name(asked())}={entry.session()}"
    assert entry.has_session(asked(cookies))
    assert Entry(TOKEN, clock=lambda: now[0]).has_session(asked(cookies)), "a restart ends none"
    assert not Entry("another-token", clock=lambda: now[0]).has_session(asked(cookies))
    assert not entry.has_session(asked(cookies.replace("=17", "=27")))
    assert not entry.has_session(asked(f"{cookie_name(asked())}="))
    now[0] += SESSION_SECONDS + 1
    assert not entry.has_session(asked(cookies))


def test_an_address_may_try_only_some_wrong_tokens() -> None:
    now = [0.0]
    entry = Entry(TOKEN, Attempts(lambda: now[0]))
    for _ in range(MOST):
        with pytest.raises(Refusal) as refused:
            entry.check_token(asked(), "wrong")
        assert refused.value.status == 401
    with pytest.raises(Refusal, match="try again in 60 seconds") as refused:
        entry.check_token(asked(), TOKEN)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "60"})
    entry.check_token(asked(address="192.0.2.2"), TOKEN)
    now[0] = SECONDS
    entry.check_token(asked(), TOKEN)


def test_the_addresses_of_one_ipv6_network_are_one() -> None:
    first, same, other = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1")
    assert asked(address=first).address == asked(address=same).address != asked(address=other).address
    assert asked(address="::ffff:192.0.2.1").address != asked(address="::ffff:192.0.2.2").address


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_form_of_another_site_changes_nothing(store: str, token: str) -> None:
    with served(Setup(store, BEIJING, token=token)) as url, browser(url) as client:
        if token:
            post(client, "/login", csrf_token=form_token(client), token=TOKEN)
        form = {"csrf_token": form_token(client, "/"), "lang": "zh"}
        foreign: list[dict[str, str]] = [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": url},
        ]
        for headers in foreign:
            assert client.post("/language", data=form, headers=headers).status_code == 403, headers
        assert post(client, "/language", lang="zh").status_code == 403, "without a token"
        assert post(client, "/language", lang="zh", csrf_token="0.0").status_code == 403
        stranger = browser(url)
        assert post(stranger, "/language", **form).status_code == 403, "the token fits one cookie alone"
        stranger.close()
        assert post(client, "/language", **form).status_code == 303
        assert 'lang="zh-CN"' in client.get("/").text


def test_a_reading_server_refuses_to_change_anything(store: str) -> None:
    with served(Setup(store, BEIJING, token=TOKEN, is_read_only=True)) as url:
        refused = plain_http.post(f"{url}/api/v1/queue", json={}, headers=BEARER)
        assert (refused.status_code, refused.json()["detail"]) == (403, "this server only reads: it changes nothing")
        with browser(url) as client:
            assert post(client, "/login", csrf_token=form_token(client), token=TOKEN).status_code == 303


def test_a_request_that_is_too_long_is_refused(locked: str) -> None:
    refused = plain_http.post(f"{locked}/api/v1/queue", content=b"x" * 1_000_001, headers=BEARER)
    assert (refused.status_code, "1,000,000 bytes" in refused.json()["detail"]) == (413, True)


@pytest.mark.parametrize(
    ("given_", "goes_to"),
    [
        ("/rooms?sort=coins&x=%E9%B1%BC", "/rooms?sort=coins&x=%E9%B1%BC"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1"),
        ("", "/"),
    ],
)
def test_after_the_login_only_a_page_of_this_server_follows(given_: str, goes_to: str) -> None:
    assert place(given_) == goes_to


def test_pages_speak_the_language_of_the_browser_or_the_one_that_was_chosen(opened: str) -> None:
    def heading(**headers: str) -> Any:
        return plain_http.get(f"{opened}/", headers=headers).text

    assert '<html lang="zh-CN"' in heading(**{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert '<html lang="en"' in heading(**{"Accept-Language": "de,en;q=0.8"})
    assert '<html lang="en"' in heading(**{"Accept-Language": "zh-CN", "Cookie": "lang=en"})
    refused = plain_http.get(f"{opened}/api/v1", headers={"Host": "evil.example", "Accept-Language": "zh"})
    assert "localhost" in refused.json()["detail"]
    assert "this server" not in refused.json()["detail"]


def test_files_of_pages_are_cached_under_the_address_of_their_content(opened: str) -> None:
    page = plain_http.get(f"{opened}/").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = plain_http.get(opened + address)
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain_http.get(f"{opened}/static/0/app.css").headers["cache-control"] == "no-cache"
    for name in ("../routes.py", "%2e%2e/routes.py", "nothing.css", "..%2frouting.py"):
        assert plain_http.get(f"{opened}/static/0/{name}").status_code == 404, name


def test_the_token_is_in_no_page_and_no_header(locked: str) -> None:
    with browser(locked) as client:
        answers = [post(client, "/login", csrf_token=form_token(client), token=TOKEN)]
        answers += [client.get(path) for path in ("/", "/login", "/no-such-page", "/api/no-such-page")]
        answers.append(plain_http.get(f"{locked}{LIST}&token={TOKEN}"))
    for answer in answers:
        assert TOKEN not in answer.text + str(answer.headers), answer.url


def test_the_setup_does_not_show_the_token(tmp_path: Path) -> None:
    assert TOKEN not in repr(Setup(f"sqlite:///{tmp_path}/ranks.db", BEIJING, token=TOKEN))
