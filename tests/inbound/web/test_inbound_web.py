"""The web app, asked as browsers, scanners and mailbox providers ask."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn

from inbound.web.app import GUESSES, make_app
from nurture.errors import StoreGone
from nurture.links.web_tokens import Links

LINKS = Links(["a key only used by these tests"], "https://mail.example.com")
PATH = "/u/" + LINKS.unsubscribe_url(7, 41).rsplit("/", 1)[1]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Notes:
    """A desk that writes down what it is asked, or fails as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, str]] = []
        self.failure: Exception | None = None

    async def withdraw_all(self, address_id: int, outbox_id: int, source: str) -> int:
        if self.failure:
            raise self.failure
        self.asked.append((address_id, outbox_id, source))
        return 1


@pytest.fixture
def desk() -> Notes:
    """Where withdrawals end up."""
    return Notes()


@pytest.fixture
async def client(desk: Notes) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the app, without a socket between."""
    transport = httpx.ASGITransport(make_app(desk, LINKS, company="Atlas"), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://mail.example.com") as browser:
        yield browser


@pytest.fixture
async def real_client(desk: Notes) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a real server."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(make_app(desk, LINKS, company="Atlas"), log_config=None, lifespan="off")
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    port = listener.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser:
        yield browser
    server.should_exit = True
    await running


async def test_who_guesses_is_slowed_and_nobody_who_leaves(client: httpx.AsyncClient, desk: Notes) -> None:
    """A client that tries links gets a page of its own; the providers that share its address still leave."""
    answers = [(await client.get("/u/guess")).status_code for _ in range(GUESSES + 5)]

    assert answers == [404] * GUESSES + [429] * 5
    assert (await client.post(PATH, data=ONE_CLICK)).status_code == 200
    assert (await client.get(PATH)).status_code == 200
    assert desk.asked == [(7, 41, "one-click")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(client: httpx.AsyncClient, desk: Notes, method: str) -> None:
    """A link scanner or a preview that fetches the link leaves the lead subscribed."""
    answer = await client.request(method, PATH)

    assert (answer.status_code, desk.asked) == (200, [])


async def test_page_asks_before_it_acts(client: httpx.AsyncClient) -> None:
    """The page says what will happen, and offers one button that posts to the same link."""
    page = (await client.get(PATH)).text

    assert "Atlas will send you no more marketing mail" in page
    assert '<form method="post">' in page
    assert '<button type="submit">Unsubscribe</button>' in page


async def test_page_in_french(client: httpx.AsyncClient) -> None:
    """A French browser reads French."""
    answer = await client.get(PATH, headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"})

    assert "Me désabonner" in answer.text


@pytest.mark.parametrize(
    ("language", "button"), [("fr-BE", "Me désabonner"), ("de", "Unsubscribe"), ("", "Unsubscribe")]
)
async def test_company_that_speaks_another_language(desk: Notes, language: str, button: str) -> None:
    """A browser without a wish reads the company's language where we have it, else English."""
    transport = httpx.ASGITransport(make_app(desk, LINKS, company="Atlas", language=language))
    async with httpx.AsyncClient(transport=transport, base_url="https://x") as browser:
        page = (await browser.get(PATH)).text

    assert f">{button}</button>" in page


async def test_button_withdraws(client: httpx.AsyncClient, desk: Notes) -> None:
    """The page's button withdraws at once and says so."""
    answer = await client.post(PATH)

    assert (answer.status_code, desk.asked) == (200, [(7, 41, "page")])
    assert "You will get no more marketing mail from Atlas." in answer.text


@pytest.mark.parametrize(
    "body",
    [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}],
    ids=["urlencoded", "multipart"],
)
async def test_one_click(client: httpx.AsyncClient, desk: Notes, body: dict[str, Any]) -> None:
    """A provider's one-click POST withdraws in both forms of RFC 8058, and is not redirected."""
    answer = await client.post(PATH, follow_redirects=False, **body)

    assert (answer.status_code, desk.asked) == (200, [(7, 41, "one-click")])


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"x" * 1_000_000, b"List-Unsubscribe="])
async def test_odd_body_still_withdraws(client: httpx.AsyncClient, desk: Notes, content: bytes) -> None:
    """The signed link is the right to leave: what the body holds cannot take it away."""
    answer = await client.post(PATH, content=content, headers={"Content-Type": "nonsense"})

    assert (answer.status_code, desk.asked) == (200, [(7, 41, "page")])


async def test_other_origin_may_leave(client: httpx.AsyncClient, desk: Notes) -> None:
    """No cookie and no origin is asked for: a provider's server has neither."""
    answer = await client.post(
        PATH, headers={"Origin": "https://provider.example", "Sec-Fetch-Site": "cross-site"}
    )

    assert (answer.status_code, len(desk.asked)) == (200, 1)


async def test_leaving_twice(client: httpx.AsyncClient) -> None:
    """The second POST is answered like the first."""
    first, second = await client.post(PATH), await client.post(PATH)

    assert (first.status_code, first.text) == (second.status_code, second.text)


BAD_PATHS = [
    "/u/x",
    PATH + "x",
    PATH[:-2],
    "/u/",
    "/u/" + "a" * 3000,
    "/",
    "/robots.txt",
    "/u/a/b",
    "/u/%00",
    "/u/é",
]


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bad_link_is_no_oracle(client: httpx.AsyncClient, desk: Notes, method: str, path: str) -> None:
    """Whatever is wrong with a link, and whatever is asked of it, the answer is one and the same."""
    answer = await client.request(method, path)
    other = await client.get("/u/something-else")

    assert (answer.status_code, answer.text, desk.asked) == (404, other.text, [])


async def test_other_methods_are_refused(client: httpx.AsyncClient, desk: Notes) -> None:
    """Only looking and posting are understood."""
    answer = await client.put(PATH)

    assert (answer.status_code, desk.asked) == (405, [])
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "HEAD", "POST"]


async def test_store_that_is_away(client: httpx.AsyncClient, desk: Notes) -> None:
    """What could not be recorded is not confirmed: the page asks to try again, and offers to."""
    desk.failure = StoreGone("the store is away")
    answer = await client.post(PATH)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Try again" in answer.text


async def test_surprise_is_not_shown(client: httpx.AsyncClient, desk: Notes) -> None:
    """A mistake of ours shows the lead a page, and nothing of itself."""
    desk.failure = RuntimeError("secret detail")
    answer = await client.post(PATH)

    assert (answer.status_code, "secret" in answer.text, "Try again" in answer.text) == (500, False, True)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", PATH), ("POST", PATH), ("GET", "/u/x"), ("PUT", PATH), ("GET", "/health")]
)
async def test_pages_are_private(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Every answer is kept from search engines, caches, referrers, frames and cookies."""
    headers = (await client.request(method, path)).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


async def test_crash_page_is_private_too(client: httpx.AsyncClient, desk: Notes) -> None:
    """Even the page of a crash carries the headers."""
    desk.failure = RuntimeError()

    assert (await client.post(PATH)).headers["cache-control"] == "no-store"


async def test_health(client: httpx.AsyncClient) -> None:
    """Whoever watches gets a short yes."""
    answer = await client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_over_a_real_socket(real_client: httpx.AsyncClient, desk: Notes) -> None:
    """The same app over a real server: look, then leave."""
    page = await real_client.get(PATH)
    done = await real_client.post(PATH, data=ONE_CLICK)

    assert (page.status_code, done.status_code, desk.asked) == (200, 200, [(7, 41, "one-click")])


async def test_large_body_over_a_real_socket(real_client: httpx.AsyncClient, desk: Notes) -> None:
    """A body far larger than what is read does not keep anybody from leaving."""
    done = await real_client.post(PATH, content=b"x" * 5_000_000)

    assert (done.status_code, len(desk.asked)) == (200, 1)


async def test_hang_up_in_the_middle_of_a_post(real_client: httpx.AsyncClient, desk: Notes) -> None:
    """A client that hangs up before its body is complete has asked to leave all the same."""
    port = real_client.base_url.port
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.2)

    assert desk.asked == [(7, 41, "page")]
