"""A shop over a fresh store and the relay's twin, and a few words to drive it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flows.work.handoffs.notify import hand_off
from flows.work.project.apply import apply_release
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance
from flows.work.sending.webhooks import call_others
from flows.work.shop.settings import Settings
from flows.work.shop.wire import Shop, store_identity
from flows.work.signals.intake import intake
from leadstore.rows import lead, outbox
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.links.web_tokens import Links
from nurture.values import NewSignal
from outbound.testing import MemoryRelay
from tests.builders import add_consent, add_lead
from tests.nurture.gate_world import TUESDAY, project

SCORING = """\
fit:
  - {rule: head, when: 'lead.job_title == "Head"', points: 50}
engagement:
  rules:
    - {rule: asked, on: demo.requested, points: 50, half_life: 30 days}
    - {rule: read, on: asset.downloaded, points: 10, half_life: 30 days}
"""
SELLERS = """\
handoff:
  due: 1 day
  sellers:
    - {name: Sam, address: sam@acme.example}
    - {name: Tess, address: tess@acme.example}
"""
BRIEF = (
    "---\nsubject: 'Ready: {{ brief.name }}'\npreheader: Ready\npurpose: service\n---\n{{ brief.cause }}\n"
)


def files(steps: str, head: str = "", *, sellers: str = SELLERS, **changes: str) -> dict[str, str]:
    """The small project of the gate's scenarios, with rules to mature by and sellers."""
    found = project(steps, head, **changes)
    found["nurture.yaml"] += sellers
    found["scoring.yaml"] = SCORING
    found["templates/seller/handoff.md.j2"] = BRIEF
    found["templates/seller/footer.md.j2"] = "{{ company.name }}\n"
    return found


@dataclass
class Workshop:
    """A shop with its relay in memory. Every call works at the moment it is given."""

    shop: Shop
    relay: MemoryRelay
    numbers: dict[str, int] = field(default_factory=dict)

    def apply(self, project_files: Mapping[str, str], now: datetime = TUESDAY, *, yes: bool = False) -> None:
        """Make these files the release; `yes` lets leads leave a sequence by it."""
        apply_release(self.shop.store, project_files, now, yes=yes)

    def lead(self, name: str = "ada", state: str | None = "granted", **fields: Any) -> int:
        """A lead with a consent to guides."""
        with self.shop.store.begin() as tx:
            lead_id, address_id = add_lead(tx, name, **fields)
            if state:
                add_consent(tx, address_id, "guides", state, TUESDAY)
        return lead_id

    def happens(self, lead_id: int, kind: str, now: datetime = TUESDAY, **fields: Any) -> None:
        """A signal comes in."""
        live = fields.pop("live", True)
        self.numbers[kind] = number = self.numbers.get(kind, 0) + 1
        new = NewSignal(lead_id, kind, now, "test", f"{kind}{number}", fields, live=live)
        with self.shop.store.begin() as tx:
            append_signals(tx, [new], now)

    async def tick(self, now: datetime = TUESDAY) -> dict[str, Any]:
        """Rescore, take in, advance and hand off, as one round of the engine."""
        counts: dict[str, Any] = {}
        for work in (rescore, intake, advance, hand_off, call_others):
            found: dict[str, Any] = await work(self.shop, now)
            counts = {**counts, **{k: v for k, v in found.items() if v}}
        return counts

    def mails(self) -> list[EmailMessage]:
        """What the relay took, parsed."""
        parsed = [message_from_bytes(one.content, policy=default) for one in self.relay.letters]
        return [one for one in parsed if isinstance(one, EmailMessage)]

    def subjects(self) -> list[str]:
        """The subjects of what the relay took."""
        return [str(mail["Subject"]) for mail in self.mails()]

    def rows(self, what: Any = outbox) -> list[Any]:
        """All rows of a table."""
        with self.shop.store.read() as tx:
            return list(tx.execute(select(what).order_by(what.c.id)))

    def stage(self, lead_id: int) -> str:
        """The lead's stage."""
        with self.shop.store.read() as tx:
            return str(tx.scalar(select(lead.c.stage).where(lead.c.id == lead_id)))


def workshop(store: Store, folder: Path) -> Workshop:
    """A shop over this store, with the small project applied to nothing yet."""
    (folder / "nurture.yaml").touch()
    url = store.engine.url.render_as_string(hide_password=False)
    settings = Settings(project=folder, database_url=url, secret_keys=("a" * 32,), worker="test")
    relay = MemoryRelay()
    links = Links(settings.secret_keys, "http://127.0.0.1:8026")
    return Workshop(Shop(settings, store, links, relay, store_identity(store), moved=True), relay)
