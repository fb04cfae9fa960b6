"""Hundreds of real bounces, complaints and absences, as the world's mail servers write them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from inbound.mail import Mail, read_mail
from inbound.sorting import Kind, sort

DATA = Path(__file__).parents[3] / "shared" / "data" / "bounces"
PASSES = {"feedback", "vacation", "delivered"}
"""Labels of mails that report no failure."""
UNDECIDED = "not recognised"

pytestmark = pytest.mark.skipif(
    not (DATA / "expected.json").is_file(), reason=f"the real bounces are not at {DATA}"
)


def labelled() -> list[tuple[Mail, list[dict[str, Any]]]]:
    """Every mail with what is known of its recipients."""
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
    return [(read_mail((DATA / "eml" / name).read_bytes()), known) for name, known in expected.items()]


def verdicts(mail: Mail, labels: list[dict[str, Any]]) -> list[str]:
    """For each labelled recipient: right, suppressed wrongly, kept wrongly, or not recognised."""
    found = sort(mail)
    if found.kind is Kind.BOUNCE:
        said: list[bool | None] = [bounce.hard for bounce in found.bounces]
    else:
        said = [None if found.kind in (Kind.LETTER, Kind.LEAVE) else False] * len(labels)
    said += [None] * (len(labels) - len(said))
    names = {(True, False): "suppressed wrongly", (False, True): "kept wrongly"}
    return [
        UNDECIDED if hard is None else names.get((hard, label["hard"]), "right")
        for hard, label in zip(said, labels, strict=False)
    ]


def test_hard_and_soft_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 % of the recipients that are recognised are judged as their label says."""
    failures = [(mail, known) for mail, known in labelled() if known[0]["reason"] not in PASSES]
    counts = Counter(verdict for mail, known in failures for verdict in verdicts(mail, known))
    recognised = counts.total() - counts[UNDECIDED]
    with capsys.disabled():
        sys.stdout.write(
            f"\nbounces: {counts.total()} labelled recipients, {recognised} recognised,"
            f" {counts['right']} right ({counts['right'] / recognised:.1%}),"
            f" {counts['suppressed wrongly']} suppressed wrongly, {counts['kept wrongly']} kept wrongly\n"
        )

    assert counts["right"] / recognised >= 0.95
    assert recognised / counts.total() >= 0.95


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
    wanted = {"feedback": Kind.COMPLAINT, "vacation": Kind.AUTO_REPLY}
    found = Counter(
        (known[0]["reason"], sort(mail).kind is wanted[known[0]["reason"]])
        for mail, known in labelled()
        if known[0]["reason"] in wanted
    )

    assert found["vacation", False] == 0
    assert found["feedback", True] >= 5 * found["feedback", False]
