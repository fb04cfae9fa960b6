"""Hundreds of real bounces, complaints and absences, as the world's mail servers write them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from inbound.mail.message import Mail, read_mail
from inbound.mail.sort import MailKind, sort

DATA = Path(__file__).parents[4] / "shared" / "data" / "bounces"
PASSES = {"feedback", "vacation", "delivered"}
"""Labels of mails that report no failure."""
UNDECIDED = "not recognised"
ARGUED = {
    "lhost-apachejames-01.eml": "no such user here",
    "lhost-postfix-07.eml": "550 user unknown",
    "lhost-receivingses-02.eml": "550 5.1.1 mailbox does not exist",
    "lhost-x1-01.eml": "user unknown",
    "lhost-x2-01.eml": "this user doesn't have an account",
    "rfc3464-35.eml": "550 user unknown; is not a registered gateway user",
    "lhost-exim-37.eml": "the domain that does not exist is the sender's",
    "lhost-fml-03.eml": "a loop's alarm, about no delivery",
    "lhost-sendmail-14.eml": "a person forwards a bounce",
}
"""Mails whose label can be argued with, and the words against it: "filtered", where a server says for good
that nobody is there; "host unknown", where it speaks of our host."""

pytestmark = pytest.mark.skipif(
    not (DATA / "expected.json").is_file(), reason=f"the real bounces are not at {DATA}"
)


OURS = {"authfailure", "badreputation", "blocked", "norelaying", "requireptr", "spamdetected"}
"""Labels of refusals of our host, our sender or our words."""


def labelled(without: Collection[str] = ()) -> list[tuple[Mail, list[dict[str, Any]]]]:
    """Every mail with what is known of its recipients."""
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
    names = [name for name in expected if name not in without]
    return [(read_mail((DATA / "eml" / name).read_bytes()), expected[name]) for name in names]


def verdicts(mail: Mail, labels: list[dict[str, Any]]) -> list[str]:
    """For each labelled recipient: right, suppressed wrongly, kept wrongly, or not recognised."""
    found = sort(mail)
    if found.kind is MailKind.BOUNCE:
        said: list[bool | None] = [bounce.hard for bounce in found.bounces]
    else:
        said = [None if found.kind in (MailKind.LETTER, MailKind.LEAVE) else False] * len(labels)
    said += [None] * (len(labels) - len(said))
    names = {(True, False): "suppressed wrongly", (False, True): "kept wrongly"}
    return [
        UNDECIDED if hard is None else names.get((hard, label["hard"]), "right")
        for hard, label in zip(said, labels, strict=False)
    ]


def test_hard_and_soft_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 % of the recipients that are recognised are judged as their label says."""
    failures = [(mail, known) for mail, known in labelled() if known[0]["reason"] not in PASSES]
    sure = [(mail, known) for mail, known in labelled(ARGUED) if known[0]["reason"] not in PASSES]
    counts = Counter(verdict for mail, known in failures for verdict in verdicts(mail, known))
    right = Counter(verdict for mail, known in sure for verdict in verdicts(mail, known))
    recognised = counts.total() - counts[UNDECIDED]
    with capsys.disabled():
        sys.stdout.write(
            f"\nbounces: {counts.total()} labelled recipients, {recognised} recognised,"
            f" {counts['right']} right ({counts['right'] / recognised:.1%}),"
            f" {counts['suppressed wrongly']} suppressed wrongly, {counts['kept wrongly']} kept wrongly;"
            f" {right['right'] / right.total():.1%} of those whose label is beyond argument\n"
        )

    assert counts["right"] / recognised >= 0.95
    assert recognised / counts.total() >= 0.95
    assert right["right"] / right.total() >= 0.99


def test_nobody_is_suppressed_for_a_fault_of_ours() -> None:
    """A missing PTR, a bad reputation, SPF, DKIM: no address pays for it, and none wears out by it."""
    judged = [
        bounce
        for mail, known in labelled()
        for bounce, label in zip(sort(mail).bounces, known, strict=False)
        if label["reason"] in OURS
    ]
    said = Counter(bounce.verdict.ours for bounce in judged)

    assert not any(bounce.hard for bounce in judged)
    assert said[True] >= 3 * said[False]


def test_nobody_is_suppressed_by_an_absence_or_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    """Auto-replies, complaints and notices of success are no hard bounces, whatever words they use."""
    passes = [(known[0]["reason"], mail) for mail, known in labelled() if known[0]["reason"] in PASSES]
    hard = [reason for reason, mail in passes if any(bounce.hard for bounce in sort(mail).bounces)]
    counts = Counter(reason for reason, _ in passes)
    with capsys.disabled():
        sys.stdout.write(
            f"\nno failures: {counts['vacation']} auto-replies, {counts['feedback']} complaints and"
            f" {counts['delivered']} notices of success, {len(hard)} of them read as a dead address\n"
        )

    assert passes
    assert hard == []


def test_complaints_and_absences_are_recognised() -> None:
    """Nearly every complaint and every absence is known for what it is."""
    wanted = {"feedback": MailKind.COMPLAINT, "vacation": MailKind.AUTO_REPLY}
    found = Counter(
        (known[0]["reason"], sort(mail).kind is wanted[known[0]["reason"]])
        for mail, known in labelled()
        if known[0]["reason"] in wanted
    )

    assert found["vacation", False] == 0
    assert found["feedback", True] >= 5 * found["feedback", False]
