"""`nurture lead export`: everything kept about a person, to be read or to be taken elsewhere."""

from __future__ import annotations

import json as json_text
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.frame import InFrame, note, operator, say
from console.options import Json
from leadstore.database.access import latest_moment
from leadstore.leads.lookup import find_lead
from nurture.errors import NurtureError

if TYPE_CHECKING:
    from flows.work.privacy.record import WholeRecord

TITLES = {
    "lead": "Profile, scores and stage",
    "address": "Addresses",
    "consent": "Consents as they stand",
    "consent_change": "Consents, each change with its proof",
    "suppression": "Suppressions",
    "signal": "Signals: what the person did, and what happened to it",
    "enrolment": "Sequences it was in",
    "outbox": "Messages to it, and notices about it",
    "decision": "Decisions, each with its reason",
    "score_history": "Scores over time",
    "stage_change": "Changes of stage",
    "handoff": "Handoffs to sales",
    "aside": "Set aside because something raised",
}
"""What a reader calls each table; one that is not here is called by its name."""


def export(
    lead: str,
    /,
    *,
    out: Path | None = None,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Give out everything kept about a person: profile, consents, signals, messages, decisions, handoffs.

    The store keeps no bodies of mails; those of the local inbox are added. The journal keeps who asked.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    out
        Write it to this file, which must not exist and only its owner may read; as JSON if it ends so.
    json
        Write JSON for machines instead of a text for people.
    """
    from flows.work.privacy.record import whole_record

    settings = frame.settings()
    with frame.store() as store:
        with store.read() as tx:
            number, now = find_lead(tx, lead), latest_moment(tx, datetime.now(UTC))
        record = whole_record(settings, store, number, who=operator(), now=now)
    as_json = json or (out is not None and out.suffix == ".json")
    text = _as_json(record) if as_json else "\n".join(_lines(record))
    if out is None:
        say(text)
    else:
        _write(out, text)
        note(f"the record of lead {number} is in {out}; only you may read it")
    return 0


def _as_json(record: WholeRecord) -> str:
    return json_text.dumps(record.as_data(), ensure_ascii=False, indent=2, default=str)


def _write(out: Path, text: str) -> None:
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise NurtureError(
            f"{out} cannot be written: {error.strerror}", hint="name a file that is not there yet"
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _lines(record: WholeRecord) -> Iterator[str]:
    yield f"# What is kept about lead {record.store.lead_id}"
    yield ""
    yield f"As of {record.made_at:%Y-%m-%d %H:%M} UTC. Moments are in UTC. Empty fields are left out."
    for name, rows in sorted(record.store.tables.items(), key=_place):
        yield from _section(TITLES.get(name, name), rows)
    yield from _section("Mails in the local inbox", record.mails)
    yield from _section("Rows that imports rejected", record.rejected)


def _place(section: tuple[str, Any]) -> int:
    return [*TITLES, section[0]].index(section[0])


def _section(title: str, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield f"\n## {title} ({len(rows)})\n"
    for row in rows:
        said = [(name, _said(value)) for name, value in row.items() if value not in (None, "", {}, [])]
        for number, (name, value) in enumerate(said):
            yield f"{'- ' if number == 0 else '  '}{name}: {value}"


def _said(value: Any) -> str:
    text = value if isinstance(value, str) else json_text.dumps(value, ensure_ascii=False, default=str)
    lines = ["".join(c if c.isprintable() else "\ufffd" for c in line) for line in text.splitlines()]
    return "\n    ".join(lines) if len(lines) > 1 else "".join(lines)
