"""One lead from a CSV file to a seller: imported, scored, mailed over real SMTP, handed over, gone."""

from __future__ import annotations

import mailbox
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from flows.work.handoffs.notify import hand_off
from flows.work.imports.map import read_import_map
from flows.work.imports.run import import_file
from flows.work.project.apply import apply_release
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance
from flows.work.sending.webhooks import call_others
from flows.work.shop.inbox import local_inbox
from flows.work.shop.settings import Settings
from flows.work.shop.wire import Shop, relay_for, store_identity
from flows.work.signals.intake import intake
from inbound.web.app import make_app
from inbound.web.unsubscribe import StoreDesk
from leadstore.rows import enrolment, lead, outbox
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.links.web_tokens import Links
from nurture.values import NewSignal
from tests.flows.workshop import files
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

ROWS = """\
id,mail,name,job,asks
1,Ada@Leads.Example,Ada,Head,yes
2,grace@leads.example,Grace,Intern,yes
3,not an address,Nobody,Head,yes
4,alan@leads.example,Alan,Intern,no
"""
MAP = """\
source: fair-2027
id: row["id"]
lead: {key: id, email: mail, first_name: name, job_title: job}
consents:
  - {topic: guides, state: granted, basis: opt_in, proof: "'ticked at the fair'"}
signals:
  - {type: form.submitted, when: asks == "yes", properties: {asset: "'guide'"}}
"""
STEPS = "- send: guide\n- wait: 2 days\n- send: more"


class Town:
    """A project on disk, its store, its real inbox, and the flows' work."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder

    async def round(self, day: float) -> dict[str, object]:
        """One round of the engine, so many days after Tuesday."""
        now = TUESDAY + day * DAY
        counts: dict[str, object] = {}
        for work in (rescore, intake, advance, hand_off, call_others):
            found = await work(self.shop, now)
            counts.update({k: v for k, v in found.items() if v})
        return counts

    def inbox(self) -> list[EmailMessage]:
        """What has arrived, oldest first."""
        box = mailbox.Maildir(self.folder / ".nurture" / "inbox", create=False)
        parsed = [message_from_bytes(box.get_bytes(key), policy=default) for key in box.iterkeys()]
        return sorted(parsed, key=lambda mail: str(mail["Date"]))

    def happens(self, lead_id: int, kind: str, day: float) -> None:
        """The lead does something."""
        now = TUESDAY + day * DAY
        with self.shop.store.begin() as tx:
            append_signals(tx, [NewSignal(lead_id, kind, now, "site", f"{kind}{lead_id}{day}")], now)

    def ids(self) -> dict[str, int]:
        """Lead ids by first name."""
        with self.shop.store.read() as tx:
            return {r.first_name: r.id for r in tx.execute(select(lead))}

    def states(self) -> dict[int, str]:
        """How each lead's enrolment stands."""
        with self.shop.store.read() as tx:
            return {r.lead_id: r.reason or r.state for r in tx.execute(select(enrolment))}


@pytest.fixture
async def town(store: Store, tmp_path: Path) -> AsyncIterator[Town]:
    """A project with its files on disk and a real SMTP inbox."""
    for path, text in files(STEPS, "goal: demo.requested\n").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "people.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "import.yaml").write_text(MAP, encoding="utf-8")
    url = store.engine.url.render_as_string(hide_password=False)
    settings = Settings(project=tmp_path, database_url=url, secret_keys=("k" * 32,), worker="test")
    apply_release(store, files(STEPS, "goal: demo.requested\n"), TUESDAY)
    with local_inbox(settings, port=0) as running:
        async with relay_for(running) as relay:
            links = Links(running.secret_keys, "http://127.0.0.1:8026")
            shop = Shop(running, store, links, relay, store_identity(store), moved=True)
            yield Town(shop, tmp_path)


def imported(town: Town) -> None:
    mapping = read_import_map(town.folder, town.folder / "import.yaml")
    rejects = town.folder / ".nurture" / "rejects"
    report = import_file(
        town.shop.store, town.folder / "people.csv", mapping, rejects, now=TUESDAY, live=True
    )
    assert (report.counts.read, report.counts.saved, report.counts.rejected) == (4, 3, 1)


async def test_from_csv_to_seller(town: Town) -> None:
    """Ada asks for the guide, gets it, asks for a demo, and Sam hears of her; Grace hears more."""
    imported(town)

    first = await town.round(0.1)
    town.happens(town.ids()["Ada"], "demo.requested", 1)
    second = await town.round(1)
    third = await town.round(2.2)

    arrived = [(str(mail["To"]), str(mail["Subject"])) for mail in town.inbox()]
    assert (first["enrolled"], first["sent"]) == (2, 2)
    assert (second["matured"], second["mails"], second["stopped"]) == (1, 1, 1)
    assert third["sent"] == 1
    assert sorted(arrived) == [
        ("ada@leads.example", "Guide"),
        ("grace@leads.example", "Guide"),
        ("grace@leads.example", "More"),
        ("sam@acme.example", "Ready: Ada"),
    ]


async def test_leaving_in_one_click(town: Town) -> None:
    """The link in the mail, posted as a mail program does, stops everything at once (RFC 8058)."""
    imported(town)
    await town.round(0.1)
    mail = next(one for one in town.inbox() if one["To"] == "grace@leads.example")
    link = str(mail["List-Unsubscribe"]).strip("<>")
    app = make_app(StoreDesk(town.shop.store, lambda: TUESDAY + DAY), town.shop.links, company="Acme")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        looked = await client.get(link)
        before = await town.round(0.5)
        posted = await client.post(link, data={"List-Unsubscribe": "One-Click"})
    after = await town.round(2.2)

    assert (looked.status_code, posted.status_code) == (200, 200)
    assert (before.get("stopped"), after["stopped"]) == (None, 1)
    assert town.states()[town.ids()["Grace"]] == "consent_withdrawn"
    assert len(town.inbox()) == 3


async def test_importing_again_mails_nobody_again(town: Town) -> None:
    """The same file a second time changes nothing, and nobody gets a second guide."""
    imported(town)
    await town.round(0.1)
    mapping = read_import_map(town.folder, town.folder / "import.yaml")
    rejects = town.folder / ".nurture" / "rejects"
    now = TUESDAY + HOUR * 3

    again = import_file(town.shop.store, town.folder / "people.csv", mapping, rejects, now=now, live=True)
    await town.round(0.2)

    assert (again.counts.read, again.counts.saved) == (4, 0)
    assert len(town.inbox()) == 2


async def test_what_arrived_is_what_was_counted(town: Town) -> None:
    """I2: the rows sent are the mails in the inbox, one Message-ID each."""
    imported(town)
    await town.round(0.1)
    await town.round(2.2)

    with town.shop.store.read() as tx:
        sent = set(tx.scalars(select(outbox.c.message_id).where(outbox.c.state == "sent")))
    arrived = [str(mail["Message-ID"]) for mail in town.inbox()]
    assert len(arrived) == 4
    assert set(arrived) == sent
