"""A person's whole record: what the store keeps, the texts of mails in the local inbox, and rejected rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.work.privacy.files import INBOX, REJECTS, files_in, rows_of
from flows.work.shop.settings import Settings
from leadstore.privacy.journal import JournalAct, note_act
from leadstore.privacy.record import StoredRecord, read_record
from leadstore.store import Store
from nurture.privacy.traces import Traces, parsed, text_of


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """Everything kept about one person on this machine and in the store."""

    store: StoredRecord
    made_at: datetime
    mails: list[Mapping[str, str]] = field(default_factory=list)  # of the local inbox
    rejected: list[Mapping[str, Any]] = field(default_factory=list)  # rows that imports rejected

    def as_data(self) -> dict[str, Any]:
        """The record for machines."""
        return {
            "record_of": self.store.lead_id,
            "made_at": self.made_at.isoformat(),
            "tables": {name: list(rows) for name, rows in self.store.tables.items()},
            "mails": self.mails,
            "rejected_rows": self.rejected,
        }


def whole_record(settings: Settings, store: Store, lead_id: int, *, who: str, now: datetime) -> WholeRecord:
    """Read all that is kept about a lead; the journal keeps who asked for it."""
    with store.begin("erase") as tx:
        record = read_record(tx, lead_id)
        note_act(tx, who, JournalAct.EXPORT, [lead_id], now)
    own = settings.state
    mails = list(_mails(own / INBOX, record.traces))
    return WholeRecord(record, now, mails, list(_rejected(own / REJECTS, record.traces)))


def _mails(folder: Path, traces: Traces) -> Iterator[Mapping[str, str]]:
    for file in files_in(folder):
        with suppress(FileNotFoundError):
            raw = file.read_bytes()
            if traces.in_mail(raw):
                mail = parsed(raw)
                heads = {name.lower(): str(mail.get(name, "")) for name in ("Date", "From", "To", "Subject")}
                yield {**heads, "text": text_of(mail)}


def _rejected(folder: Path, traces: Traces) -> Iterator[Mapping[str, Any]]:
    for file in files_in(folder):
        for _, cells in rows_of(file):
            if traces.in_row(cells):
                yield {"file": file.name, "cells": cells}
