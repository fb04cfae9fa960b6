"""A lead that has something in every table, for what gives it out or erases it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel

from leadstore.aside import NewAside, set_aside
from leadstore.consents.grants import suppress, withdraw_all
from leadstore.rows import address, decision, handoff, outbox, route, score_history, signal, stage_change
from leadstore.signals import append_signals
from nurture.values import NewSignal
from nurture.words import AsideKind, AsideStage, SuppressionReason
from tests.builders import HOUR, NOON, add_consent, add_enrolment, add_lead, add_release

WHO = {
    "first_name": "Zebedia",
    "last_name": "Quillfeather",
    "company": "Quill & Sons",
    "phone": "+3312345",
    "job_title": "Head of Quills",
    "attributes": {"hobby": "quillwork"},
}
MARKS = ("zeb@leads.example", "old-zeb@leads.example", "zebedia", "quill", "+3312345", "zeb")


def add_touch(tx: Connection, lead_id: int, address_id: int, state: str, number: int = 1, **more: Any) -> int:
    row = {
        "kind": "touch",
        "lead_id": lead_id,
        "address_id": address_id,
        "sequence": "white-paper",
        "step": f"s{number}",
        "message_id": f"<{lead_id}.{number}@acme.example>",
        "state": state,
        "due_at": NOON,
        "first_due_at": NOON,
        "created_at": NOON,
        "attempt": 1,
        "payload": {},
        "lease_until": NOON + HOUR if state in ("claimed", "started") else None,
        **more,
    }
    return int(tx.execute(insert(outbox).values(**row).returning(outbox.c.id)).scalar_one())


def whole_life(tx: Connection) -> tuple[int, int]:
    """A lead with something in every table; its id and its address's."""
    lead_id, address_id = add_lead(tx, "zeb", **WHO)
    alias = {"address": "old-zeb@leads.example", "lead_id": lead_id, "current": False, "created_at": NOON}
    tx.execute(insert(address).values(**alias))
    add_consent(tx, address_id)
    withdraw_all(tx, address_id, NOON, source="link", proof="proof of zeb@leads.example")
    suppress(tx, [address_id], SuppressionReason.OPERATOR, now=NOON, source="zeb asked by phone")
    said = {"page": "https://acme.example/?mail=zeb@leads.example", "text": "I am Zebedia"}
    append_signals(tx, [NewSignal(lead_id, "page.visited", NOON, "web", "zeb-1", said)], NOON)
    entering = tx.scalar(select(signal.c.id).where(signal.c.lead_id == lead_id))
    run = add_enrolment(tx, lead_id, add_release(tx), signal_id=entering, entry_key="zeb-key")
    add_touch(tx, lead_id, address_id, "sent", reply="250 ok zeb@leads.example", enrolment_id=run)
    offer = {"lead_id": lead_id, "cycle": 0, "state": "offered", "created_at": NOON}
    offer_id = tx.execute(
        insert(handoff).values(**offer, cause="Zebedia called", answer="ring Zebedia").returning(handoff.c.id)
    ).scalar_one()
    told = {"seller": "Sam", "reply": {"text": "Zebedia", "address": "zeb@leads.example"}}
    add_touch(
        *(tx, lead_id, address_id, "planned", 2),
        kind="seller",
        payload=told,
        handoff_id=offer_id,
        dedupe="reply:zeb",
    )
    said = {"verdict": "wait", "reason": "cap", "detail": {"lead": "Zebedia"}, "at": NOON}
    tx.execute(insert(decision).values(lead_id=lead_id, enrolment_id=run, **said))
    moved = {"before": "lead", "after": "mql", "cause": "operator: Zebedia", "at": NOON}
    tx.execute(insert(stage_change).values(lead_id=lead_id, **moved))
    tx.execute(insert(score_history).values(lead_id=lead_id, grade="A", at=NOON))
    mail = b"From: Zeb <zeb@leads.example>\r\nSubject: hello\r\n\r\nZebedia Quillfeather\r\n"
    items = [
        NewAside(AsideKind.MAIL, AsideStage.MAILBOX, "m1", "KeyError", "odd", payload=mail),
        NewAside(AsideKind.LEAD, AsideStage.SCORE, str(lead_id), "KeyError", "Zebedia", lead_id=lead_id),
    ]
    set_aside(tx, items, NOON)
    tx.execute(insert(route).values(name="leads.example", reply="450 zeb@leads.example full", closings=1))
    return lead_id, address_id


def everything(tx: Connection) -> str:
    """All rows of all tables, as text."""
    tables = SQLModel.metadata.sorted_tables
    rows = [(t.name, [tuple(map(_shown, r)) for r in tx.execute(select(t))]) for t in tables]
    return repr(rows).casefold()


def _shown(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
