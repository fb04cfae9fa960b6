"""Faults 68 to 71: what strangers send us, to stop us or to make us work for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from flows.processes.asgi import served
from flows.processes.ports import bind
from inbound.mail.clues import read_clues
from inbound.mail.message import read_mail
from inbound.mail.sort import sort
from leadstore.rows import signal
from nurture.links.web_tokens import Links
from tests.faults.cases import Book, Trial, states
from tests.faults.content_cases import returned
from tests.inbound.mails import letter
from tests.inbound.mutations import mutated

BOOK = Book()
ROOT = Path(__file__).parent.parent.parent
LINKS = Links(["a key of the house"], "https://mail.acme.example")


@BOOK.fault(68, "twenty thousand mutated mails", "20000 sorted, 0 raised", slow=True)
async def _mutated(trial: Trial) -> str:
    done = raised = 0
    for raw in mutated(20_000):
        try:
            mail = read_mail(raw)
            sort(mail)
            read_clues(mail, LINKS)
            done += 1
        except Exception:
            raised += 1
    return f"{done} sorted, {raised} raised"


@BOOK.fault(69, "a megabyte of the worst for each pattern", "none is slow", slow=True)
async def _patterns(trial: Trial) -> str:
    asked = [sys.executable, "-m", "tests.attacks", "1000000", "30"]
    said = await asyncio.to_thread(
        subprocess.run, asked, cwd=ROOT, timeout=1200, capture_output=True, text=True, check=True
    )
    slow = [line for line in said.stdout.splitlines() if not line.startswith("asked ")]
    return "; ".join(slow) or "none is slow"


@BOOK.fault(70, "three hundred strangers answer one message", "10 notes, 0 signals that count; sent 2")
async def _strangers(trial: Trial) -> str:
    mails = [letter(about="{id}", sender=f"x{n}@stranger.example", name=f"s{n}").decode() for n in range(300)]
    work = await returned(trial, *mails)
    replies = [row.machine for row in work.rows(signal) if row.type == "mail.replied"]
    return f"{replies.count(True)} notes, {replies.count(False)} signals that count; {states(work)}"


@BOOK.fault(71, "three hundred half-open requests", "answered within 2 s")
async def _half_open(trial: Trial) -> str:
    async def leave(request: Request) -> PlainTextResponse:
        return PlainTextResponse("done")

    listener = bind(0, "NURTURE_WEB_PORT", "the web app")
    port = listener.getsockname()[1]
    async with served(Starlette(routes=[Route("/u", leave, methods=["POST"])]), listener):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        for _, writer in held:
            writer.write(b"POST /u HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        begun = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /u HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        soon = answer.startswith(b"HTTP/1.1 200") and time.monotonic() - begun < 2
        for _, other in [*held, (reader, writer)]:
            other.transport.abort()
    return "answered within 2 s" if soon else answer[:40].decode("ascii", "replace")
