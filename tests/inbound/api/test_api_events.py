"""Events posted to the API: what is kept, what waits for an address, and what counts once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from inbound.web.api.body import MAX_ITEMS
from leadstore.events.counts import MOST_NAMES, OTHERS
from leadstore.events.visitors import MOST_WAITING, UNSEEN
from leadstore.privacy.erasure import erase_leads
from leadstore.privacy.tombstones import Why
from leadstore.store import Store
from nurture.privacy.seals import Seals
from tests.builders import add_lead
from tests.inbound.api.api_world import NOW, ROOT_SECRET, api, files, put_key

ADA: dict[str, Any] = {"userId": "u1", "traits": {"email": "ada@leads.example", "firstName": "Ada"}}


def got(number: object, **who: Any) -> dict[str, Any]:
    """A track call: somebody got the guide."""
    return {"messageId": f"m{number}", "event": "Guide Downloaded", "properties": {"slug": "guide"}, **who}


async def test_an_event_of_a_known_lead_is_a_signal(store: Store) -> None:
    """By its key, its address or an alias; with the source's own name before its id."""
    async with api(store) as site:
        with store.begin() as tx:
            add_lead(tx, "ada")
        answer = await site.post("track", got(1, userId="ada", timestamp="2027-06-15T07:00:00Z"))
        await site.post("track", got(2, userId="ADA@leads.example"))

        assert (answer.status_code, answer.json()) == (
            200,
            {"success": True, "id": "m1", "status": "accepted", "lead": 1},
        )
        assert site.rows("SELECT type, source, source_id, pending FROM signal ORDER BY id") == [
            ("asset.downloaded", "api:site", "m1", True),
            ("asset.downloaded", "api:site", "m2", True),
        ]


async def test_the_same_event_twice_counts_once(store: Store) -> None:
    """By its source and id: posted again, in another batch, or twice in one."""
    async with api(store) as site:
        await site.post("identify", ADA)
        first = await site.fates("track", got(1, userId="u1"))
        again = await site.fates("track", got(1, userId="u1"))
        batch = [{"type": "track", **got(n, userId="u1")} for n in (1, 2, 2)]

        assert (first, again) == (["accepted"], ["duplicate"])
        assert await site.fates("batch", {"batch": batch}) == ["duplicate", "accepted", "duplicate"]
        assert site.rows("SELECT count(*) FROM signal") == [(2,)]


async def test_the_same_event_at_the_same_time_counts_once(store: Store) -> None:
    """Posted by twenty requests at once, to two processes."""
    async with api(store) as one, api(store, "") as other:
        other.client.auth = one.client.auth
        await one.post("identify", ADA)
        posts = [site.post("track", got(1, userId="u1")) for site in (one, other) for _ in range(10)]
        answers = await asyncio.gather(*posts)

        assert {answer.status_code for answer in answers} == {200}
        assert one.rows("SELECT count(*) FROM signal") == [(1,)]


async def test_two_sources_may_use_the_same_ids(store: Store) -> None:
    """An id is unique within its source."""
    async with api(store) as site:
        await site.post("identify", ADA)
        await site.post("track", got(1, userId="u1"))
        site.client.auth = (put_key(store, name="k2", source="shop"), "")  # type: ignore[assignment]

        assert await site.fates("track", got(1, userId="u1")) == ["accepted"]


async def test_an_id_of_another_type_is_a_conflict(store: Store) -> None:
    """Two things that happened cannot have one id."""
    async with api(store) as site:
        await site.post("identify", ADA)
        await site.post("track", got(1, userId="u1"))
        answer = await site.post("signals", {"id": "m1", "type": "demo.requested", "key": "u1"})

        assert (answer.status_code, answer.json()["status"]) == (409, "refused")


async def test_what_an_unknown_visitor_did_counts_once_its_address_is_known(store: Store) -> None:
    """From then on, and never before: it is received when it is linked, and occurred when it did."""
    async with api(store) as site:
        page = {"messageId": "p", "anonymousId": "b7", "properties": {"path": "/pricing"}}
        waits = await site.fates("page", page)
        waits += await site.fates("track", got(1, anonymousId="b7"))
        waits += await site.fates("track", got(1, anonymousId="b7"))
        before = site.signals()
        site.clock.forward(timedelta(hours=2))
        await site.post("identify", {**ADA, "anonymousId": "b7"})

        assert (waits, before) == (["waiting", "waiting", "duplicate"], [])
        assert site.signals() == [
            ("page.visited", "ada@leads.example"),
            ("asset.downloaded", "ada@leads.example"),
        ]
        assert site.rows("SELECT count(*) FROM waiting_signal") == [(0,)]
        assert site.rows(
            "SELECT count(DISTINCT received_at) FROM signal WHERE received_at > occurred_at"
        ) == [(1,)]


async def test_who_is_known_once_is_known_from_then_on(store: Store) -> None:
    """Under the name that the site gave, and under its own number of the user."""
    async with api(store) as site:
        await site.post("identify", {"anonymousId": "b7", "traits": {"email": "ada@leads.example"}})

        assert await site.fates("page", {"messageId": "p", "anonymousId": "b7"}) == ["accepted"]


async def test_a_shared_computer_gives_nobody_what_another_did(store: Store) -> None:
    """Who identifies there next has what is done from then on."""
    async with api(store) as site:
        await site.post("page", {"messageId": "p1", "anonymousId": "b7"})
        await site.post("identify", {**ADA, "anonymousId": "b7"})
        await site.post("identify", {"anonymousId": "b7", "traits": {"email": "bob@leads.example"}})
        await site.post("page", {"messageId": "p2", "anonymousId": "b7"})

        assert site.signals() == [
            ("page.visited", "ada@leads.example"),
            ("page.visited", "bob@leads.example"),
        ]


async def test_the_order_within_a_batch_does_not_matter(store: Store) -> None:
    """Libraries keep calls, and send them late."""
    async with api(store) as site:
        calls = [
            {"type": "page", "messageId": "p", "anonymousId": "b7"},
            {"type": "track", **got(1, userId="u1")},
            {"type": "identify", "anonymousId": "b7", **ADA},
        ]

        assert await site.fates("batch", {"batch": calls}) == ["accepted"] * 3
        assert len(site.signals()) == 2


async def test_what_comes_before_its_user_is_known_waits(store: Store) -> None:
    """Under the site's number of the user, until an identify gives it an address."""
    async with api(store) as site:
        first = await site.fates("track", got(1, userId="u1"))
        await site.post("identify", ADA)

        assert (first, site.signals()) == (["waiting"], [("asset.downloaded", "ada@leads.example")])


async def test_an_alias_links_an_earlier_name(store: Store) -> None:
    """The first name's events are the lead's; an alias of somebody unknown says nothing yet."""
    async with api(store) as site:
        await site.post("page", {"messageId": "p", "anonymousId": "b7"})
        early = await site.fates("alias", {"previousId": "b7", "userId": "u1"})
        await site.post("identify", ADA)
        late = await site.fates("alias", {"previousId": "b7", "userId": "u1"})

        assert (early, late) == (["ignored"], ["accepted"])
        assert site.signals() == [("page.visited", "ada@leads.example")]


async def test_identify_makes_a_lead_and_changes_it(store: Store) -> None:
    """The last word on a field stands; a user's number finds the lead again."""
    async with api(store) as site:
        calls = [
            {"type": "identify", **ADA},
            {"type": "identify", "userId": "u1", "traits": {"firstName": "Ada-Maria", "interest": "audits"}},
        ]
        await site.post("batch", {"batch": calls[:1]})
        answer = await site.post("batch", {"batch": calls})

        assert [one["lead"] for one in answer.json()["results"]] == [1, 1]
        assert site.rows("SELECT key, first_name, live, changed FROM lead") == [
            ("u1", "Ada-Maria", True, True)
        ]


async def test_a_key_and_an_address_of_two_leads_are_a_conflict(store: Store) -> None:
    """Nobody can say which is meant, and neither is changed."""
    async with api(store) as site:
        await site.post("leads", [{"email": "a@x.example", "key": "1"}, {"email": "b@x.example", "key": "2"}])
        answer = await site.post("leads", {"email": "a@x.example", "key": "2"})

        assert answer.status_code == 409
        assert "another lead" in answer.json()["error"]


async def test_leads_state_consents_that_never_outdo_a_withdrawal(store: Store) -> None:
    """As an import does; the source is the proof's."""
    async with api(store) as site:
        lead = {"email": "a@x.example", "consents": [{"topic": "guides", "proof": "form 7"}]}
        await site.post("leads", lead)
        await site.post("leads", {**lead, "consents": [{"topic": "all", "state": "withdrawn"}]})
        await site.post("leads", lead)

        assert site.rows("SELECT topic, state, source FROM consent ORDER BY topic") == [
            ("*", "withdrawn", "api:site"),
            ("guides", "withdrawn", "api:site"),
        ]


async def test_a_signal_that_names_an_unknown_address_makes_its_lead_if_it_may(store: Store) -> None:
    """A form tool posts one thing, not two; a key that may only track makes nobody."""
    from nurture.events.values import Scope

    signal = {"id": "1", "type": "demo.requested", "email": "new@x.example"}
    async with api(store) as site:
        only = put_key(store, name="k2", scopes=frozenset({Scope.TRACK}))
        refused = await site.post("signals", signal, auth=(only, ""))
        accepted = await site.post("signals", signal)

        assert (refused.status_code, accepted.status_code) == (422, 200)
        assert site.signals() == [("demo.requested", "new@x.example")]


async def test_an_unknown_event_is_counted_by_its_name(store: Store) -> None:
    """Neither lost nor piled up: a name is one row."""
    async with api(store) as site:
        calls = [{"type": "track", "userId": "u", "event": "Cart Viewed", "properties": {"a": 1}}] * 3
        fates = await site.fates("batch", {"batch": calls})
        await site.post("track", {"userId": "u", "event": "Cart Viewed", "properties": {"b": 2}})
        await site.post("track", {"userId": "u", "event": "heartbeat"})

        assert fates == ["unmapped"] * 3
        assert site.rows("SELECT source, name, times FROM unmapped_event") == [("site", "Cart Viewed", 4)]


async def test_a_site_with_a_number_in_each_name_fills_no_table(store: Store) -> None:
    """Beyond some hundred names, they are counted together."""
    async with api(store) as site:
        calls = [{"type": "track", "userId": "u", "event": f"Order {n}"} for n in range(MOST_NAMES + 5)]
        await site.post("batch", {"batch": calls})
        await site.post("track", {"userId": "u", "event": "Order again"})

        assert site.rows("SELECT count(*) FROM unmapped_event") == [(MOST_NAMES + 1,)]
        assert site.rows(f"SELECT times FROM unmapped_event WHERE name = '{OTHERS}'") == [(6,)]


async def test_what_waits_is_bounded(store: Store) -> None:
    """A visitor's latest hundred, for thirty days; a visitor who is not seen any more is forgotten."""
    async with api(store) as site:
        calls = [
            {"type": "page", "messageId": f"p{n}", "anonymousId": "b7"} for n in range(MOST_WAITING + 20)
        ]
        await site.post("batch", {"batch": calls})
        full = site.rows("SELECT count(*), min(source_id) FROM waiting_signal WHERE source_id = 'p119'")
        kept = site.rows("SELECT count(*) FROM waiting_signal")
        site.clock.forward(timedelta(days=31))
        await site.post("page", {"messageId": "late", "anonymousId": "b8"})
        later = site.rows("SELECT source_id FROM waiting_signal")
        site.clock.forward(UNSEEN + timedelta(days=1))
        await site.post("page", {"messageId": "last", "anonymousId": "b9"})

        assert (full, kept, later) == ([(1, "p119")], [(MOST_WAITING,)], [("late",)])
        assert site.rows("SELECT count(*) FROM visitor") == [(1,)]


async def test_who_comes_back_is_not_forgotten(store: Store) -> None:
    """A visit refreshes when a visitor was seen."""
    async with api(store) as site:
        await site.post("page", {"messageId": "p1", "anonymousId": "b7"})
        site.clock.forward(timedelta(days=2))
        await site.post("page", {"messageId": "p2", "anonymousId": "b7"})
        [(seen,)] = site.rows("SELECT seen_at FROM visitor")

        assert str(seen).startswith("2027-06-17")


async def test_a_thousand_items_have_a_result_each_in_their_order(store: Store) -> None:
    """Good and bad ones mixed; nothing of one touches another."""
    async with api(store) as site:
        await site.post("identify", ADA)
        calls: list[Any] = [{"type": "track", **got(n, userId="u1")} for n in range(MAX_ITEMS)]
        calls[1:4] = [{"type": "track"}, 7, {"type": "track", **got("x", userId="u1"), "event": "Foo"}]
        results = (await site.post("batch", {"batch": calls})).json()["results"]

        assert [one["status"] for one in results[:5]] == [
            "accepted",
            "refused",
            "refused",
            "unmapped",
            "accepted",
        ]
        assert [one.get("id") for one in results[4:]] == [f"m{n}" for n in range(4, MAX_ITEMS)]
        assert site.rows("SELECT count(*) FROM signal") == [(MAX_ITEMS - 3,)]


async def test_a_batch_takes_a_few_statements_whatever_its_size(store: Store) -> None:
    """No query for each item."""
    from sqlalchemy import event

    said: list[str] = []
    async with api(store) as site:
        await site.post("identify", ADA)
        event.listen(store.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        counts = []
        for start, size in ((0, 5), (1000, 500)):
            said.clear()
            calls = [{"type": "track", **got(start + n, userId="u1")} for n in range(size)]
            calls += [
                {"type": "page", "messageId": f"p{start}-{n}", "anonymousId": f"b{n}"} for n in range(size)
            ]
            calls += [
                {"type": "identify", "traits": {"email": f"n{start}-{n}@x.example"}} for n in range(size)
            ]
            for at in range(0, len(calls), MAX_ITEMS):
                await site.post("batch", {"batch": calls[at : at + MAX_ITEMS]})
            counts.append(len(said))

        assert counts[1] <= 2 * counts[0]


async def test_what_comes_from_the_future_is_dated_now(store: Store) -> None:
    """As everywhere: what it said is kept beside."""
    async with api(store) as site:
        await site.post("identify", ADA)
        await site.post("track", got(1, userId="u1", timestamp="2027-07-01T00:00:00Z"))

        [(at,)] = site.rows("SELECT occurred_at FROM signal")
        assert str(at).startswith(f"{NOW:%Y-%m-%d %H:%M}")


IDS: dict[str, tuple[dict[str, str], dict[str, Any], int]] = {
    "an Idempotency-Key": ({"Idempotency-Key": "abc"}, {}, 1),
    "the moment it happened": ({}, {"timestamp": "2027-06-15T07:00:00Z"}, 1),
    "nothing": ({}, {}, 2),
}


@pytest.mark.parametrize(("headers", "more", "expected"), IDS.values(), ids=IDS.keys())
async def test_an_item_without_an_id_is_told_by_what_it_has(
    store: Store, headers: dict[str, str], more: dict[str, Any], expected: int
) -> None:
    """By the request's key, or by its content if it says when; else nobody can tell it from another."""
    async with api(store) as site:
        await site.post("identify", ADA)
        call = {"userId": "u1", "event": "demo.requested", **more}
        for sent in ("2027-06-15T07:59:58Z", "2027-06-15T07:59:59Z"):
            await site.post("track", {**call, "sentAt": sent} if more else call, headers=headers)

        assert site.rows("SELECT count(*) FROM signal") == [(expected,)]


async def test_our_own_signals_need_an_id(store: Store) -> None:
    """Whoever writes for us can name what is sent."""
    async with api(store) as site:
        signals = [{"type": "demo.requested", "email": "a@x.example"}] * 2
        named = await site.post("signals", signals, headers={"Idempotency-Key": "k"})
        unnamed = await site.post("signals", signals[0])

        assert [one["id"] for one in named.json()["results"]] == ["k:0", "k:1"]
        assert (unnamed.status_code, unnamed.json()["error"]) == (422, "`id` is missing")


async def test_a_merged_leads_key_and_visitors_are_its_winners(store: Store) -> None:
    """Whatever still uses the old names."""
    from leadstore.leads.merge import merge

    async with api(store) as site:
        await site.post("identify", {"userId": "u1", "anonymousId": "b7", "traits": {"email": "a@x.example"}})
        await site.post("identify", {"userId": "u2", "traits": {"email": "b@x.example"}})
        with store.begin() as tx:
            merge(tx, 1, 2, NOW, "test")
        await site.post("track", got(1, userId="u1"))
        await site.post("page", {"messageId": "p", "anonymousId": "b7"})

        assert site.rows("SELECT lead_id FROM signal") == [(2,), (2,)]


async def test_a_new_release_changes_what_events_are(store: Store) -> None:
    """Within a second of `nurture apply`, in every process."""
    from leadstore.releases import store_release

    async with api(store) as site:
        before = await site.fates("track", {"userId": "u1", "messageId": "1", "event": "Cart Viewed"})
        with store.begin() as tx:
            store_release(tx, "another", files("events: {Cart Viewed: demo.requested}\n"), now=NOW)

        assert before == ["unmapped"]
        assert await site.fates("track", {"userId": "u1", "messageId": "2", "event": "Cart Viewed"}) == [
            "waiting"
        ]


async def test_who_was_erased_is_not_stored_again(store: Store) -> None:
    """Neither as a lead nor by a signal, and what a visitor did is linked to nobody."""
    async with api(store) as site:
        await site.post("identify", ADA)
        with store.begin() as tx:
            erase_leads(tx, [1], Seals([ROOT_SECRET]), NOW, who="test", why=Why.REQUEST)
        erased = site.rows("SELECT address FROM address")

        again = await site.fates("leads", {"email": "Ada@leads.example"})
        await site.post("track", got(1, anonymousId="a1"))
        await site.post("identify", {**ADA, "anonymousId": "a1", "messageId": "i2"})
        await site.post("track", got(2, userId="u1"))

        assert again == ["refused"]
        assert site.rows("SELECT address FROM address") == erased
        assert site.rows("SELECT type FROM signal WHERE type = 'asset.downloaded'") == []
