"""Steps that tell others: notices to teams and sellers, webhooks to other systems."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nurture.project.book import read_book
from nurture.values import NoticePlan
from nurture.words import OutboxKind
from tests.nurture.gate_world import book, plan, project, story, world

NOTIFY = "- notify: asked\n  to: marketing\n  cause: read it all\n- send: hello"
WEBHOOK = "- webhook: crm\n  data: {interest: security, hot: true}\n- send: hello"


def test_a_notice_is_put_down_and_the_lead_goes_on() -> None:
    """A notice names its template, whom it is for and why; it holds nobody up."""
    found = book(NOTIFY)

    decided = plan(found, world(found))

    assert decided.notices == (
        NoticePlan(OutboxKind.SELLER, 1, 1, "s", "notify", 1, "marketing", "asked", "read it all"),
    )
    assert story(found, world(found)) == ["move notified at notify", "send at hello"]


def test_a_notice_without_a_cause_says_the_title() -> None:
    """The colleague reads at least which sequence it is."""
    found = book("- notify: asked\n  to: marketing")

    assert plan(found, world(found)).notices[0].cause == "S"


def test_a_webhook_carries_its_values() -> None:
    """What the step says is carried as it is written."""
    found = book(WEBHOOK)

    [notice] = plan(found, world(found)).notices

    assert (notice.kind, notice.to, notice.values) == (
        OutboxKind.WEBHOOK,
        "crm",
        {"interest": "security", "hot": True},
    )
    assert story(found, world(found)) == ["move webhook_called at webhook", "send at hello"]


@pytest.mark.parametrize(
    ("steps", "at"), [(NOTIFY, "notify"), (WEBHOOK, "webhook")], ids=["notice", "webhook"]
)
def test_whom_the_policy_forgot_is_told_nothing(steps: str, at: str) -> None:
    """An older structure may name a team that is gone: the lead goes on, and the reason says why."""
    found = book(steps)
    bare = replace(found, policy=found.policy.model_copy(update={"teams": {}, "webhooks": {}}))

    assert story(bare, world(found)) == [f"skip nobody_to_tell at {at}", "send at hello"]
    assert plan(bare, world(found)).notices == ()


FAULTS = {
    "unknown team": (
        "- notify: asked\n  to: markting",
        ("NUR047", "the policy has no team or seller `markting`"),
    ),
    "unknown webhook": ("- webhook: cmr", ("NUR047", "the policy has no webhook `cmr`")),
    "marketing mail to colleagues": (
        "- notify: hello\n  to: marketing",
        ("NUR053", "`hello` is marketing mail, and a notice goes to colleagues"),
    ),
    "unknown template": ("- notify: askd\n  to: marketing", ("NUR040", "unknown template `askd`")),
    "to nobody": ("- notify: asked", ("NUR010", "`to` is missing")),
}


@pytest.mark.parametrize(("steps", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_who_is_told_is_checked(steps: str, told: tuple[str, str]) -> None:
    """Teams, sellers, webhooks and their templates exist, and colleagues get no marketing mail."""
    _, faults = read_book(project(steps))

    assert [(fault.code, fault.message, fault.file) for fault in faults] == [(*told, "sequences/s.yaml")]


@pytest.mark.parametrize(
    "url",
    ["http://crm.example/x", "https://user:pass@crm.example/", "ftp://crm.example", "https://"],
)
def test_a_webhook_is_https_without_a_password(url: str) -> None:
    """What the policy calls is https; secrets do not stand in files."""
    files = project("- send: hello")
    files["nurture.yaml"] = files["nurture.yaml"].replace("https://crm.example/hook", url)

    _, faults = read_book(files)

    assert [fault.code for fault in faults] == ["NUR011"]
