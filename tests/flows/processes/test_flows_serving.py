"""Serving inside this process: ports are refused by name, and the app answers on a bound socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from flows.processes import http
from flows.processes.asgi import served
from flows.processes.ports import bind
from nurture.errors import SettingError


def test_a_taken_port_names_its_setting() -> None:
    """The operator reads which variable moves it."""
    with bind(0, "NURTURE_WEB_PORT", "the web app") as taken:
        taken.listen()

        with pytest.raises(SettingError, match="is in use") as caught:
            bind(taken.getsockname()[1], "NURTURE_WEB_PORT", "the web app")
        assert "NURTURE_WEB_PORT" in caught.value.hint


def test_an_address_that_is_not_ours_is_refused() -> None:
    """Nothing listens where this machine has no address."""
    with pytest.raises(SettingError, match="cannot be used"):
        bind(0, "NURTURE_WEB_PORT", "the web app", host="203.0.113.7")


async def test_the_app_answers_while_the_block_runs() -> None:
    """It is up when the block begins, and gone when it has ended."""
    listener = bind(0, "NURTURE_WEB_PORT", "the web app")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

    async with served(Starlette(routes=[Route("/", _hello)]), listener):
        answer = await asyncio.to_thread(_get, url)

    assert answer == "hello"
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(_get, url)


@pytest.mark.parametrize(
    "beginning",
    [b"", b"POST / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"],
)
async def test_half_open_connections_hold_up_nobody(beginning: bytes) -> None:
    """Three hundred of them, and a request is answered at once; the oldest have made room."""
    listener = bind(0, "NURTURE_WEB_PORT", "the web app")
    port = listener.getsockname()[1]
    async with served(Starlette(routes=[Route("/", _hello)]), listener):
        half_open = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        for _, writer in half_open:
            writer.write(beginning)

        assert await asyncio.wait_for(asyncio.to_thread(_get, f"http://127.0.0.1:{port}/"), 2) == "hello"
        first, last = half_open[0][0], half_open[-1][0]
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(first.read(), 2) == b""
        assert not last.at_eof()
        for _, writer in half_open:
            writer.transport.abort()


async def test_a_request_that_does_not_become_whole_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon, also behind one that did; a connection that asks nothing more is closed as ever."""
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.05)
    listener = bind(0, "NURTURE_WEB_PORT", "the web app")
    async with served(Starlette(routes=[Route("/", _hello)]), listener):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"hello" in await asyncio.wait_for(reader.readuntil(b"hello"), 2)
        writer.write(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.transport.abort()


async def _hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text


async def test_a_small_answer_leaves_at_once() -> None:
    """A kept connection has TCP_NODELAY: each answer waited 40 ms for the other side's acknowledgement."""
    seen: list[int] = []

    listener = bind(0, "NURTURE_WEB_PORT", "the web app")

    async def look(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = writer.get_extra_info("socket")
        seen.append(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    server = await asyncio.start_server(look, sock=listener)
    async with server:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()

    assert seen == [1]
