"""Webhooks are signed, asked for once by key, and called only where it is safe."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nurture.signatures import sign
from nurture.words import Remedy
from outbound import webhooks
from outbound.webhooks import Call, Caller

NOW = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
SECRET = "a secret of the test"


class Receiver:
    """Another system: remembers what it was told, and answers as it is asked to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                named = {name.lower(): value for name, value in self.headers.items()}
                outer.heard.append((named, self.rfile.read(length)))
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    one = Receiver()
    thread = threading.Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()


def call(url: str, key: str = "msg_1") -> Call:
    return Call(7, 2, url, key, {"type": "nurture.step", "data": {"name": "Zoé"}})


async def test_a_call_is_signed_json(receiver: Receiver) -> None:
    """The receiver can check who called, when, and that nothing was changed (Standard Webhooks)."""
    [delivery] = await Caller(SECRET).make([call(receiver.url)], lambda: NOW)

    [(headers, body)] = receiver.heard
    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert (delivery.outbox_id, delivery.attempt, delivery.remedy, delivery.code) == (
        7,
        2,
        Remedy.TAKEN,
        200,
    )
    assert json.loads(body) == {"type": "nurture.step", "data": {"name": "Zoé"}}
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["idempotency-key"] == headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("odd", ["\ud800", {1: {(): 2}}], ids=["half a character", "no JSON"])
async def test_a_call_that_cannot_be_written_fails_alone(receiver: Receiver, odd: Any) -> None:
    """One lead's values must not leave the other calls without an outcome."""
    broken = Call(1, 1, receiver.url, "msg_0", {"data": odd})

    made = await Caller(SECRET).make([broken, call(receiver.url)], lambda: NOW)

    assert [one.remedy for one in made] == [Remedy.FAIL, Remedy.TAKEN]
    assert "\ud800" not in made[0].reply


def test_the_secret_of_the_standard_is_understood() -> None:
    """The example of the specification: a `whsec_` secret is base64."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        content=b'{"test": 2432232314}',
    )

    assert signature == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (204, Remedy.TAKEN),
        (302, Remedy.FAIL),
        (400, Remedy.FAIL),
        (410, Remedy.FAIL),
        (408, Remedy.RETRY),
        (429, Remedy.RETRY),
        (500, Remedy.RETRY),
        (503, Remedy.RETRY),
    ],
)
async def test_what_an_answer_means(receiver: Receiver, status: int, remedy: Remedy) -> None:
    """2xx is done, what is busy is asked again, the rest is refused; a redirect is not followed."""
    receiver.status = status

    [delivery] = await Caller(SECRET).make([call(receiver.url)], lambda: NOW)

    assert (delivery.remedy, delivery.code, len(receiver.heard)) == (remedy, status, 1)


async def test_nobody_there_is_later(receiver: Receiver) -> None:
    """A closed port is tried again."""
    receiver.server.server_close()

    [delivery] = await Caller(SECRET).make([call(receiver.url)], lambda: NOW)

    assert (delivery.remedy, delivery.code) == (Remedy.RETRY, None)


async def test_a_receiver_that_never_ends_is_left(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """However slowly an answer drips, a call has an end."""
    monkeypatch.setattr(webhooks, "DEADLINE", 0.0)

    [delivery] = await Caller(SECRET).make([call(receiver.url)], lambda: NOW)

    assert (delivery.remedy, delivery.reply) == (Remedy.RETRY, "no whole answer in time")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
    ],
)
async def test_private_addresses_are_never_called(address: str) -> None:
    """An https webhook that resolves into a private network, or to a cloud's metadata, is refused."""
    url = f"https://[{address}]/x" if ":" in address else f"https://{address}/x"

    [delivery] = await Caller(SECRET).make([call(url)], lambda: NOW)

    assert (delivery.remedy, delivery.reply) == (
        Remedy.FAIL,
        "the webhook's host lies in a private network",
    )


async def test_plain_http_stays_on_this_machine() -> None:
    """Without TLS only loopback is called."""
    [delivery] = await Caller(SECRET).make([call("http://93.184.216.34/x")], lambda: NOW)

    assert delivery.remedy is Remedy.FAIL


async def test_a_server_that_speaks_no_tls_is_later(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """A certificate or a handshake that fails is tried again, and nothing was said before it."""
    monkeypatch.setattr(webhooks, "_is_public", lambda address: True)

    [delivery] = await Caller(SECRET).make([call(receiver.url.replace("http:", "https:"))], lambda: NOW)

    assert (delivery.remedy, receiver.heard) == (Remedy.RETRY, [])
