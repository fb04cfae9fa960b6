"""The corpus of incoming mails, read through the door that production reads its mailbox by, and scored."""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.work.signals.mail import handle
from inbound.mail.message import read_mail
from inbound.mail.sort import sort
from leadstore.store import Store, open_store
from tests.builders import HOUR
from tests.flows.signals.test_flows_mailing import Postbox
from tests.flows.workshop import workshop
from tests.inbound.corpus import CorpusMail, corpus
from tests.nurture.gate_world import TUESDAY

RIGHT = {
    "leave": {"left"},
    "reply": {"replied"},
    "absence": {"auto_reply"},
    "receipt": {"auto_reply", "delivered"},
    "hard": {"hard"},
    "soft": {"soft", "delayed"},
    "ours": {"our_fault", "delayed"},
    "unknown_bounce": {"unclear"},
    "complaint": {"complaint"},
    "report_other": {"report"},
}
"""What the mailbox should count a mail of each kind as."""
NAMELESS = {"hard-en-bare-to-the-sender": "unknown"}
"""Names no message of ours, neither by its address nor by an id: anybody could have written it, so it may
change nothing. Read for itself it is hard."""


class Forgetful(Store):
    """A store that takes back what it is told as soon as it was told: each mail meets the same lead."""

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """A transaction that is rolled back at its end."""
        with self.read() as tx:
            yield tx


@pytest.fixture
async def read(sqlite_url: str, tmp_path: Path) -> list[tuple[CorpusMail, str]]:
    """Every mail of the corpus, and what was counted for it."""
    store = open_store(sqlite_url)
    box = Postbox(workshop(store, tmp_path), tmp_path / "mail")
    await box.mail_ada()
    shop = box.work.shop
    shop.store = Forgetful(store.url)
    mails = corpus(box.message_id, box.return_path, "ada@acme.example", "ada@leads.example")
    counted = [(mail, handle(shop, mail.raw, TUESDAY + HOUR)) for mail in mails]
    shop.store.close()
    store.close()
    return counted


def test_the_corpus_is_read_right(
    read: list[tuple[CorpusMail, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """98 % of all of it; every wish to leave, and every address that does not exist."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for mail, said in read:
        if said == NAMELESS.get(mail.name):
            said = next(mail.kind for bounce in sort(read_mail(mail.raw)).bounces if bounce.hard)
        if said not in RIGHT[mail.kind]:
            wrong.append(f"{said:12} {mail.name}")
        counts[mail.kind][said] += 1
    shares = {kind: _share(counts[kind], RIGHT[kind]) for kind in RIGHT}
    every = 1 - len(wrong) / len(read)
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(_line(kind, counts[kind], shares[kind]) for kind in RIGHT))
        sys.stdout.write(f"\n{'all':15} {len(read):4} {every:7.1%}\n")
        if os.environ.get("SHOW_WRONG"):
            sys.stdout.write("\n".join(wrong) + "\n")

    assert every >= 0.98
    assert (shares["leave"], shares["hard"]) == (1, 1)


def _share(counts: Counter[str], right: set[str]) -> float:
    return sum(counts[one] for one in right) / counts.total()


def _line(kind: str, counts: Counter[str], share: float) -> str:
    told = ", ".join(f"{n} {said}" for said, n in counts.most_common())
    return f"{kind:15} {counts.total():4} {share:7.1%}  {told}"
