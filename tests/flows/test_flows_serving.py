"""Serving inside this process: ports are refused by name, and the app answers on a bound socket."""

from __future__ import annotations

import asyncio
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from flows.ports import bind
from flows.serving import served
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


async def _hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text
