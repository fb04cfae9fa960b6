"""Who may post: keys and signatures, forged, replayed, expired and foreign; and how bodies are bounded."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from inbound.web.api.body import MAX_BODY, MAX_DEPTH, MAX_ITEMS
from inbound.web.api.routes import GUESSES
from leadstore.events.keys import revoke_key
from leadstore.store import Store
from nurture.errors import StoreGone
from nurture.events.values import Scope
from nurture.signatures import derived_secret, sign
from tests.inbound.api.api_world import NOW, ROOT_SECRET, SECRET, Poster, api, put_key

EVENT = {"messageId": "1", "userId": "u1", "event": "demo.requested"}
GOOD = f"nk_k1_{SECRET}"


def basic(user: str, password: str = "") -> str:
    """A Basic header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


SHOWN = {
    "as Segment's libraries do": (basic(GOOD), 200),
    "as a password": (basic("", GOOD), 200),
    "as a token": (f"Bearer {GOOD}", 200),
    "no key": ("", 401),
    "another secret": (f"Bearer nk_k1_{'t' * 43}", 401),
    "another key": (f"Bearer nk_k2_{SECRET}", 401),
    "no secret": ("Bearer nk_k1_", 401),
    "no name": (f"Bearer {SECRET}", 401),
    "not ASCII": ("Bearer nk_k1_é".encode("latin-1"), 401),
    "another scheme": (f"Digest {GOOD}", 401),
    "not base64": ("Basic !!", 401),
    "not UTF-8": ("Basic " + base64.b64encode(b"\xff\xfe:").decode(), 401),
    "the key of a source that signs": (f"Bearer nk_signs_{SECRET}", 401),
}


@pytest.mark.parametrize(("header", "expected"), SHOWN.values(), ids=SHOWN.keys())
async def test_a_key_is_shown_in_the_ways_that_senders_have(
    store: Store, header: str | bytes, expected: int
) -> None:
    """Anything else opens nothing, and is told how."""
    put_key(store)
    put_key(store, name="signs", digest=None)
    async with api(store, "") as site:
        answer = await site.post("track", EVENT, headers={"Authorization": header} if header else None)

        assert answer.status_code == expected
        assert expected == 200 or ("www-authenticate" in answer.headers and answer.json()["help"])


async def test_an_expired_or_revoked_key_opens_nothing(store: Store) -> None:
    """Whoever knows the secret is told which of both it is."""
    shown = put_key(store, expires_at=NOW + timedelta(hours=1))
    async with api(store, shown) as site:
        before = await site.post("track", EVENT)
        site.clock.forward(timedelta(hours=1))
        expired = await site.post("track", EVENT)
        with store.begin() as tx:
            revoked = revoke_key(tx, "k1", site.clock.now)
            again = revoke_key(tx, "k1", site.clock.now)
        after = await site.post("track", EVENT)

        assert (before.status_code, expired.status_code, after.status_code) == (200, 401, 401)
        assert (expired.json()["error"], after.json()["error"]) == (
            "this key is expired",
            "this key is revoked",
        )
        assert (revoked, again) == (True, False)


async def test_a_revoked_key_is_known_for_a_second_at_most(store: Store) -> None:
    """Keys are not asked for at each request: one that is fresh is served from memory."""
    async with api(store) as site:
        site.desk._fresh = 3600.0
        await site.post("track", EVENT)
        with store.begin() as tx:
            revoke_key(tx, "k1", NOW)
        kept = await site.post("track", EVENT)
        site.desk._fresh = 0

        assert kept.status_code == 200
        assert (await site.post("track", EVENT)).status_code == 401


MAY_NOT: dict[str, tuple[dict[str, Any], str, Any]] = {
    "make leads": ({"scopes": {Scope.TRACK}}, "identify", {"traits": {"email": "a@x.example"}}),
    "post signals": ({"scopes": {Scope.IDENTIFY}}, "track", EVENT),
    "count events": ({"scopes": {Scope.IDENTIFY}}, "track", {**EVENT, "event": "Foo"}),
    "state consents": (
        {"scopes": {Scope.IDENTIFY}},
        "leads",
        {"email": "a@x.example", "consents": [{"topic": "guides"}]},
    ),
    "say what sales say": ({}, "signals", {"id": "1", "type": "deal.won", "key": "u1"}),
    "say anything but what it names": ({"types": {"deal.won"}}, "track", EVENT),
}


@pytest.mark.parametrize(("changed", "path", "item"), MAY_NOT.values(), ids=MAY_NOT.keys())
async def test_a_key_does_what_it_may(store: Store, changed: dict[str, Any], path: str, item: Any) -> None:
    """The refusal says which key would."""
    shown = put_key(store, **{name: frozenset(value) for name, value in changed.items()})
    async with api(store, shown) as site:
        answer = await site.post(path, item)

        assert answer.status_code == 403
        assert "nurture keys new" in answer.json()["help"]


def signed(body: Any, **changed: Any) -> dict[str, Any]:
    """A call signed by the key `signs`."""
    said = {"name": "signs", "root": ROOT_SECRET, "id": "w1", "at": NOW, **changed}
    content = json.dumps(body).encode()
    stamp = str(int(said["at"].timestamp()))
    signature = sign(derived_secret(said["root"], said["name"]), said["id"], stamp, content)
    headers = {"webhook-id": said["id"], "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    return {"content": content, "headers": headers, "params": {"key": said.get("named", said["name"])}}


SIGNED = {
    "good": ({}, 200),
    "by another installation": ({"root": "another secret of an installation"}, 401),
    "by another key": ({"name": "k1", "named": "signs"}, 401),
    "by a key that is sent": ({"name": "k1"}, 401),
    "by a key that is not there": ({"name": "gone"}, 401),
    "too old": ({"at": NOW - timedelta(minutes=6)}, 401),
    "without an id": ({"id": ""}, 401),
}


@pytest.mark.parametrize(("changed", "expected"), SIGNED.values(), ids=SIGNED.keys())
async def test_a_signature_is_by_its_key_and_fresh(
    store: Store, changed: dict[str, Any], expected: int
) -> None:
    """As Standard Webhooks describes it."""
    put_key(store)
    put_key(store, name="signs", digest=None)
    async with api(store, "") as site:
        answer = await site.client.post("/api/v1/signals", **signed(SIGNAL, **changed))

        assert answer.status_code == expected


SIGNAL = {"type": "demo.requested", "email": "a@x.example"}


async def test_a_replayed_signature_counts_once(store: Store) -> None:
    """Within five minutes by its webhook-id, and later not at all; a body that was changed never."""
    put_key(store, name="signs", digest=None)
    async with api(store, "") as site:
        first = await site.client.post("/api/v1/signals", **signed(SIGNAL))
        again = await site.client.post("/api/v1/signals", **signed(SIGNAL))
        forged = await site.client.post("/api/v1/signals", **{**signed(SIGNAL), "content": b"{}"})
        site.clock.forward(timedelta(minutes=6))
        late = await site.client.post("/api/v1/signals", **signed(SIGNAL))

        assert [one.status_code for one in (first, again, forged, late)] == [200, 200, 401, 401]
        assert (first.json()["status"], again.json()["status"]) == ("accepted", "duplicate")


async def test_a_key_is_not_read_out_of_the_store(store: Store) -> None:
    """Only a digest is there, and nothing at all of a secret that signs."""
    put_key(store)
    put_key(store, name="signs", digest=None)
    with store.read() as tx:
        held = str([tuple(row) for row in tx.exec_driver_sql("SELECT * FROM api_key")])

    assert SECRET not in held
    assert derived_secret(ROOT_SECRET, "signs") not in held


async def test_who_guesses_keys_is_slowed(store: Store) -> None:
    """One who has a good key never is."""
    async with api(store) as site:
        guesses = [await site.post("track", EVENT, auth=("nk_k1_guess", "")) for _ in range(GUESSES + 2)]

        assert [one.status_code for one in guesses] == [401] * GUESSES + [429] * 2
        assert guesses[-1].headers["retry-after"] == "60"
        assert (await site.post("track", EVENT)).status_code == 200


async def test_a_key_posts_so_many_items_a_minute(store: Store) -> None:
    """Then it waits, for as long as it is told."""
    async with api(store, put_key(store, per_minute=2)) as site:
        answers = [await site.post("track", EVENT) for _ in range(3)]

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert 0 < int(answers[2].headers["retry-after"]) <= 60


def deep(levels: int) -> str:
    """So many lists within each other."""
    return "[" * levels + "]" * levels


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "not JSON": (b"{", {}, 400),
    "not UTF-8": (b'{"event": "\xff"}', {}, 400),
    "not a number of JSON": (b'{"x": NaN}', {}, 400),
    "escapes that are none": (b'{"x": "\\uZZZZ"}', {}, 400),
    "deep": (f'{{"userId": "u", "event": "x", "properties": {{"a": {deep(MAX_DEPTH)}}}}}'.encode(), {}, 400),
    "deeper than anybody reads": (deep(100_000).encode(), {}, 400),
    "large": (b" " * (MAX_BODY + 1), {}, 413),
    "packed": (gzip.compress(json.dumps(EVENT).encode()), {"Content-Encoding": "gzip"}, 200),
    "packed, and large": (gzip.compress(b" " * (MAX_BODY + 1)), {"Content-Encoding": "gzip"}, 413),
    "not packed": (json.dumps(EVENT).encode(), {"Content-Encoding": "gzip"}, 400),
    "packed otherwise": (b"x", {"Content-Encoding": "br"}, 415),
    "as text": (json.dumps(EVENT).encode(), {"Content-Type": "text/plain;charset=UTF-8"}, 200),
    "of a form": (b"event=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "of another JSON": (json.dumps(EVENT).encode(), {"Content-Type": "application/cloudevents+json"}, 200),
    "an id that is none": (json.dumps(EVENT).encode(), {"Idempotency-Key": "x" * 181}, 422),
}


@pytest.mark.parametrize(("body", "headers", "expected"), BODIES.values(), ids=BODIES.keys())
async def test_a_body_is_bounded_and_read(
    sqlite_store: Store, body: bytes, headers: dict[str, str], expected: int
) -> None:
    """And what cannot be is told what to do instead."""
    async with api(sqlite_store) as site:
        answer = await site.client.post("/api/v1/track", content=body, headers=headers)

        assert answer.status_code == expected
        assert expected == 200 or answer.json()["error"]


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Any:
    """What does not reach the store needs no second one."""
    from leadstore.store import open_store

    opened = open_store(sqlite_url)
    yield opened
    opened.close()


async def test_half_an_emoji_is_no_reason_to_lose_an_event(sqlite_store: Store) -> None:
    """Browsers cut texts in two; the whole ones, and escaped backslashes, stay."""
    body = rb'{"email": "a@x.example", "fields": {"company": "\ud83d and \ud83d\ude00 and \\ud83d"}}'
    async with api(sqlite_store) as site:
        answer = await site.client.post("/api/v1/leads", content=body)

        assert answer.status_code == 200
        assert site.rows("SELECT company FROM lead") == [("� and 😀 and \\ud83d",)]


async def test_a_body_without_a_length_is_bounded_too(sqlite_store: Store) -> None:
    """It is counted as it comes."""

    async def parts() -> Any:
        for _ in range(3):
            yield b" " * (MAX_BODY // 2)

    async with api(sqlite_store) as site:
        assert (await site.client.post("/api/v1/track", content=parts())).status_code == 413


LISTS = {
    "no batch": ("batch", {}, 422),
    "a batch that is none": ("batch", {"batch": {}}, 422),
    "an empty batch": ("batch", {"batch": []}, 422),
    "no signals": ("signals", [], 422),
    "more than a thousand": ("signals", [SIGNAL] * (MAX_ITEMS + 1), 413),
    "odd words beside": ("batch", {"batch": [{"type": "track", **EVENT}], "sentAt": 7, "context": []}, 200),
}


@pytest.mark.parametrize(("path", "body", "expected"), LISTS.values(), ids=LISTS.keys())
async def test_a_batch_has_one_item_at_least_and_a_thousand_at_most(
    sqlite_store: Store, path: str, body: Any, expected: int
) -> None:
    """What is beyond is told to be parted."""
    async with api(sqlite_store) as site:
        assert (await site.post(path, body)).status_code == expected


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_another_method_is_told_which_one(sqlite_store: Store, method: str) -> None:
    """In JSON, as every answer here."""
    async with api(sqlite_store) as site:
        answer = await site.client.request(method, "/api/v1/track")

        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["help"] == "use POST"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/track", "/api/v1/leads/"])
async def test_what_is_not_there_is_told_in_json(sqlite_store: Store, path: str) -> None:
    """Not as a page for leads."""
    async with api(sqlite_store) as site:
        answer = await site.client.post(path, json={})

        assert (answer.status_code, answer.json()["success"]) == (404, False)


async def told(site: Poster, failure: Exception, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """What a source hears while every transaction fails so."""

    def fail(*_: Any, **__: Any) -> Any:
        raise failure

    monkeypatch.setattr("inbound.web.api.writer.write_arrivals", fail)
    return await site.post("track", EVENT)


async def test_a_store_that_is_away_asks_to_come_again(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing was kept, and nobody is named in the log."""
    async with api(sqlite_store) as site:
        answer = await told(site, StoreGone("away"), monkeypatch)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert [record.message for record in caplog.records] == ["what was posted was not recorded: StoreGone"]


async def test_an_item_that_raises_costs_itself_alone(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others of its batch are written; the log says where, and never what."""
    from inbound.web.api import writer

    whole = writer.write_arrivals

    def poisoned(tx: Any, arrivals: Any, *rest: Any, **more: Any) -> Any:
        if any(one.said.id == "bad" for one in arrivals):
            raise TypeError("cannot work on 'ada@leads.example'")
        return whole(tx, arrivals, *rest, **more)

    monkeypatch.setattr(writer, "write_arrivals", poisoned)
    async with api(sqlite_store) as site:
        calls = [{"type": "track", **EVENT, "messageId": one} for one in ("a", "b", "bad", "c")]
        answer = await site.post("batch", {"batch": calls})

        assert [one["status"] for one in answer.json()["results"]] == [
            "waiting",
            "waiting",
            "refused",
            "waiting",
        ]
    assert "TypeError" in caplog.text
    assert "ada@" not in caplog.text


async def test_a_fault_of_ours_is_told_as_one(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In JSON; its source need not know more."""
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("inbound.web.api.routes.read_segment", lambda *_: 1 / 0)
    async with api(sqlite_store) as site:
        answer = await site.post("track", EVENT)

        assert (answer.status_code, answer.json()["success"]) == (500, False)


async def test_too_much_at_once_is_asked_to_come_later(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in a process has a bound."""
    monkeypatch.setattr("inbound.web.api.writer.MOST_WAITING", 0)
    async with api(sqlite_store) as site:
        answer = await site.post("track", EVENT)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_no_address_is_taken_in_a_url(sqlite_store: Store) -> None:
    """Proxies and logs keep them; and reading wants its own scope."""
    async with api(sqlite_store, why=lambda tx, lead_id: {"lead": {"id": lead_id}}) as site:
        await site.post("leads", {"email": "a@x.example", "key": "u1"})
        found = await site.client.get("/api/v1/leads/key:u1/why")
        by_address = await site.client.get("/api/v1/leads/a@x.example/why")
        nobody = await site.client.get("/api/v1/leads/77/why")
        other = put_key(sqlite_store, name="k2", scopes=frozenset({Scope.TRACK}))
        refused = await site.client.get("/api/v1/leads/1/why", auth=(other, ""))

        codes = [one.status_code for one in (found, by_address, nobody, refused)]
        assert (codes, found.json()) == ([200, 400, 404, 403], {"lead": {"id": 1}})


async def test_a_process_without_stories_says_so(sqlite_store: Store) -> None:
    """Instead of failing."""
    async with api(sqlite_store) as site:
        assert (await site.client.get("/api/v1/leads/1/why")).status_code == 404


async def test_a_signature_is_not_read_for_a_story(sqlite_store: Store) -> None:
    """It signs what is posted; nothing is."""
    put_key(sqlite_store, name="signs", digest=None)
    async with api(sqlite_store, "") as site:
        call = signed(SIGNAL)
        answer = await site.client.get("/api/v1/leads/1/why", headers=call["headers"], params=call["params"])

        assert answer.status_code == 401


async def test_without_a_release_nothing_is_known(sqlite_url: str) -> None:
    """Every event is counted until there is one."""
    from inbound.web.api.desk import ApiDesk
    from leadstore.store import open_store

    store = open_store(sqlite_url)
    counter = await ApiDesk(store, [ROOT_SECRET]).counter()
    store.close()

    assert (counter.release, counter.events.own) == (None, {})
