"""Trouble: what was due and could not be done has a name and words; what only waits has neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from flows.runs.plain import plain_round
from flows.runs.seal import FlowFault
from flows.work.counts import CountName
from flows.work.duties import handoff
from flows.work.duties import tick as tick_duty
from flows.work.trouble import trouble_in
from leadstore.outbox.routes import close_route
from leadstore.store import Store
from leadstore.vitals import last_ticks
from nurture.deciding.routes import RELAY
from nurture.errors import ProjectError
from outbound.testing import LOST_AFTER_DOT, MemoryRelay
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import HOUR, TUESDAY

HELLO = "- send: hello"


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def due(work: Workshop, *names: str, steps: str = HELLO) -> None:
    """Leads with a touch that is due."""
    work.apply(files(steps))
    for name in names or ("ada",):
        work.happens(work.lead(name), "form.submitted")


@pytest.mark.parametrize(
    ("counts", "name", "words"),
    [
        ({"relay_shut": {"stopped": 3}}, "RelayDown", "does not accept our login"),
        ({"relay_shut": {"operator": 1}}, "RelayDown", "closed by hand; 1 waiting"),
        ({"relay_shut": {"slow": 1}, "failed": 2}, "RelayDown", "2 touches failed"),
        ({"mailbox": {"unreachable": 1}}, "MailboxDown", "1 mailbox cannot be read"),
        ({"failed": 1}, "PartlySent", "1 touch failed (`nurture outbox list --state failed`)"),
        ({"uncertain": 2}, "PartlySent", "2 touches whose end nobody knows"),
        ({"held": {"decision_failed": 1}}, "PartlySent", "its decision failed"),
        ({"held": {"domain_closed": 4}}, "PartlySent", "recipients' domains"),
        ({"mails_failed": 1}, "PartlySent", "1 seller's mail failed"),
        ({"mails_later": 1}, "PartlySent", "1 seller's mail could not go yet"),
        ({"mails_uncertain": 1}, "PartlySent", "may be lost"),
        ({"unassigned": 1}, "PartlySent", "1 mature lead has no seller"),
        ({"webhooks_failed": 1}, "PartlySent", "1 webhook failed"),
        ({"webhooks_later": 2}, "PartlySent", "2 webhooks could not go yet"),
        ({"webhooks_uncertain": 1}, "PartlySent", "1 webhook may be lost"),
        ({"webhooks_unsigned": 1}, "PartlySent", "set NURTURE_WEBHOOK_KEY"),
        ({"set_aside": 2}, "PartlySent", "2 items were set aside (`nurture aside list`)"),
        ({"set_aside": {"signal": 1}}, "PartlySent", "1 item was set aside"),
        ({"mailbox": {"set_aside": 1}}, "PartlySent", "1 item was set aside"),
    ],
)
def test_trouble_has_a_name_and_words(counts: dict[str, Any], name: str, words: str) -> None:
    """Each count of what could not be done is told, with what to type."""
    trouble = trouble_in(counts)

    assert trouble is not None
    assert (trouble.name, words in trouble.words) == (name, True)


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {
            "sent": 3,
            "refused": 1,
            "later": 1,
            "held": {"window": 2, "cap": 1, "consent_pending": 1, "rate": 9},
        },
        {"failed": 0, "held": {}, "relay_shut": {}, "mailbox": {"hard": 2, "other": 1}},
    ],
    ids=["nothing", "waits", "zeros"],
)
def test_what_only_waits_is_no_trouble(counts: dict[str, Any]) -> None:
    """Windows, caps, consents and turns open by themselves; a recipient's server may put a letter off."""
    assert trouble_in(counts) is None


@pytest.mark.parametrize(
    ("away", "words"),
    [("nobody listens", "does not answer"), ("535 5.7.8 no", "does not accept our login")],
)
async def test_a_relay_that_is_down_is_trouble_as_long_as_mail_waits(
    work: Workshop, away: str, words: str
) -> None:
    """The tick that meets it says so, and so do the next ones, in which nothing comes due."""
    due(work)
    work.relay.away = away

    met, later = await tick_duty(work.shop, TUESDAY), await tick_duty(work.shop, TUESDAY)

    for counts in (met, later):
        trouble = trouble_in(counts)
        assert trouble is not None
        assert (trouble.name, words in trouble.words) == ("RelayDown", True)


async def test_a_relay_closed_by_hand_is_trouble_once_mail_is_due(work: Workshop) -> None:
    """With nothing to send it is none."""
    work.apply(files(HELLO))
    with work.shop.store.begin() as tx:
        close_route(tx, RELAY, None, TUESDAY)
    idle = await tick_duty(work.shop, TUESDAY)
    work.happens(work.lead(), "form.submitted")

    busy = await tick_duty(work.shop, TUESDAY)

    assert (trouble_in(idle), busy["relay_shut"]) == (None, {"operator": 1})


async def test_a_seller_who_cannot_be_told_is_trouble(work: Workshop) -> None:
    """The notice waits in the outbox while the relay is closed, and handoff does not end well."""
    work.apply(files(HELLO))
    work.happens(work.lead(job_title="Head"), "demo.requested")
    await tick_duty(work.shop, TUESDAY)
    work.relay.away = "nobody listens"

    met, later = await handoff(work.shop, TUESDAY), await handoff(work.shop, TUESDAY)

    assert met["mails_later"] == 1
    assert [counts["relay_shut"] for counts in (met, later)] == [{"slow": 1}] * 2


async def test_a_doubt_is_trouble(work: Workshop) -> None:
    """Nobody knows whether it arrived: a person must look."""
    due(work)
    work.shop.relay = MemoryRelay(lambda _: LOST_AFTER_DOT)

    trouble = trouble_in(await tick_duty(work.shop, TUESDAY))

    assert trouble is not None
    assert trouble.name == "PartlySent"


async def test_a_webhook_without_a_key_is_trouble(work: Workshop) -> None:
    """It stays in the outbox, and somebody is told."""
    work.apply(files("- webhook: crm\n- wait: 1 day"))
    work.happens(work.lead(), "form.submitted")
    await work.tick()

    counts = await handoff(work.shop, TUESDAY)

    assert (counts["webhooks"], counts["webhooks_unsigned"]) == (0, 1)


async def test_a_round_without_prefect_does_every_duty(work: Workshop) -> None:
    """Its counts are those of a round of flows, and its tick is noted."""
    due(work)

    counts = await plain_round(work.shop, TUESDAY)

    assert (counts["sent"], counts["handed_off"], counts["rescored"] > 0) == (1, 0, True)
    with work.shop.store.read() as tx:
        assert [(one.clockwork, one.worker, one.at) for one in last_ticks(tx)] == [("once", "test", TUESDAY)]


async def test_a_round_counts_under_known_names(work: Workshop) -> None:
    """The names are a closed set: one that is not in it is spelt wrong."""
    due(work)

    counts = await plain_round(work.shop, TUESDAY)

    assert set(counts) - set(get_args(CountName)) == set()


async def test_a_round_without_prefect_seals_what_breaks(work: Workshop) -> None:
    """An unforeseen error says where, and quotes nothing."""

    class Broken:
        async def send(self, letters: Any, now: Any) -> Any:
            raise RuntimeError(f"lost {letters[0].recipient}")

    due(work)
    work.shop.relay = Broken()

    with pytest.raises(FlowFault, match="tick: RuntimeError at") as caught:
        await plain_round(work.shop, TUESDAY + HOUR)
    assert "leads.example" not in str(caught.value)


async def test_a_round_without_prefect_raises_our_own_errors_as_they_are(work: Workshop) -> None:
    """Whoever called it reads the same words as ever."""
    with pytest.raises(ProjectError, match="no release"):
        await plain_round(work.shop, TUESDAY)
