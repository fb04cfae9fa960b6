"""`nurture aside`: what waits for the operator is listed, shown, put back and dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from console.app import call
from leadstore.aside import NewAside, set_aside
from leadstore.rows import aside, outbox, signal
from leadstore.signals import append_signals, mark_taken
from leadstore.store import Store
from nurture.values import NewSignal
from nurture.words import AsideKind, AsideStage
from tests.builders import DAY, NOON, add_lead
from tests.console.outbox.test_console_retrying import LONG_AGO, held, nurture, shop

__all__ = ["nurture", "shop"]

Seen = pytest.CaptureFixture[str]
MAIL = b"From: a@b.example\nSubject: hello\n\nhello\n"


@pytest.fixture
def waits(shop: Store) -> Store:
    """A signal that raised yesterday, a mail that raised long ago, and a touch that failed at noon."""
    with shop.begin() as tx:
        lead_id, _ = add_lead(tx, "ada")
        append_signals(tx, [NewSignal(lead_id, "demo.requested", NOON, "test", "1")], NOON)
        [number] = tx.scalars(select(signal.c.id))
        mark_taken(tx, [number])
        told = {
            "error": "TypeError",
            "message": "no",
            "place": "flows.work.signals.intake:7 f",
            "lead_id": lead_id,
        }
        one = NewAside(AsideKind.SIGNAL, AsideStage.INTAKE, str(number), **told)  # type: ignore[arg-type]
        set_aside(tx, [one], NOON - DAY)
        letter = NewAside(AsideKind.MAIL, AsideStage.MAILBOX, "abc", "ValueError", "odd", payload=MAIL)
        set_aside(tx, [letter], LONG_AGO)
    held(shop, "bob")
    return shop


def names(out: str) -> list[str]:
    """The names in a list for machines."""
    return [one["id"] for one in json.loads(out)["items"]]


def states(store: Store) -> list[str]:
    """Where what was set aside stands."""
    with store.read() as tx:
        return list(tx.scalars(select(aside.c.state).order_by(aside.c.id)))


def test_everything_that_waits_is_listed(waits: Store, nurture: Any) -> None:
    """One door: what was set aside, and what failed in the outbox; the latest first."""
    code, out, err = nurture("aside", "list")

    assert code == 1
    assert "signal-1" in out
    assert "TypeError: no" in out
    assert "touch-1" in out
    assert "render_failed" in out
    assert "1 mail, 1 signal, 1 touch" in err
    assert names(nurture("aside", "list", "--json")[1]) == ["touch-1", "signal-1", "mail-2"]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        (["--kind", "mail"], ["mail-2"]),
        (["--kind", "touch"], ["touch-1"]),
        (["--reason", "TypeError"], ["signal-1"]),
        (["--older", "30 days"], ["mail-2"]),
        (["--lead", "ada"], ["signal-1"]),
        (["--limit", "1"], ["touch-1"]),
        (["--kind", "webhook"], []),
    ],
)
def test_the_list_is_narrowed(waits: Store, nurture: Any, narrowed: list[str], found: list[str]) -> None:
    """By kind, reason, age and lead."""
    code, out, _ = nurture("aside", "list", *narrowed, "--json")

    assert (names(out), code) == (found, 1 if found else 0)


def test_nothing_waits(shop: Store, nurture: Any) -> None:
    """An empty list is well."""
    assert nurture("aside", "list") == (0, "", "nothing waits for you")


def test_one_is_shown_with_what_to_type(waits: Store, nurture: Any) -> None:
    """All that is known of it, and the commands that end its waiting."""
    code, out, _ = nurture("aside", "show", "signal-1")

    assert code == 0
    assert "TypeError: no" in out
    assert "flows.work.signals.intake:7 f" in out
    assert "nurture why" in out
    assert "nurture aside retry signal-1" in out
    assert "nurture aside drop signal-1 --yes" in out
    assert json.loads(nurture("aside", "show", "1", "--json")[1])["id"] == "signal-1"


def test_a_mail_is_written_as_it_came(waits: Store, capsys: Seen) -> None:
    """`--raw` gives the bytes, so that a mail program opens them."""
    assert call(["aside", "show", "mail-2", "--raw"]) == 0
    assert capsys.readouterr().out.encode() == MAIL
    assert call(["aside", "show", "signal-1", "--raw"]) == 2


def test_items_are_put_back(waits: Store, nurture: Any) -> None:
    """A signal is pending again, a touch due again, and a mail is read at once."""
    code, out, _ = nurture("aside", "retry", "signal-1", "mail-2", "touch-1")

    assert (code, out) == (0, "put back: 1 mail, 1 signal, 1 touch; the next tick looks at it")
    assert states(waits) == ["retried", "retried"]
    assert nurture("aside", "drop", "signal-1", "--yes")[1] == "nothing to drop"
    with waits.read() as tx:
        assert tx.scalars(select(signal.c.pending)).all() == [True]
        assert tx.scalars(select(outbox.c.state)).all() == ["planned"]
        assert tx.scalars(select(aside.c.payload)).all() == [None, None]


def test_many_are_put_back_at_once(waits: Store, nurture: Any) -> None:
    """By what they have in common, or all."""
    assert json.loads(nurture("aside", "retry", "--kind", "mail", "--json")[1])["retried"] == ["mail-2"]
    assert json.loads(nurture("aside", "retry", "--all", "--json")[1])["retried"] == ["touch-1", "signal-1"]
    assert nurture("aside", "retry", "--all")[:2] == (0, "nothing to put back")


def test_a_mail_that_raises_again_stays(waits: Store, nurture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and its letter is kept."""

    def trips(raw: bytes) -> Any:
        raise RecursionError

    monkeypatch.setattr("flows.work.signals.mail.read_mail", trips)

    code, _, err = nurture("aside", "retry", "mail-2")

    assert code == 1
    assert "1 mail raised again" in err
    with waits.read() as tx:
        kept = tx.execute(select(aside).where(aside.c.kind == "mail", aside.c.state == "open")).all()
    assert MAIL in [row.payload for row in kept]


def test_items_are_dropped(waits: Store, nurture: Any) -> None:
    """Only when asked for plainly; a touch is skipped, a mail forgotten."""
    refused = nurture("aside", "drop", "--all")
    code, out, _ = nurture("aside", "drop", "--all", "--yes")

    assert refused[0] == 2
    assert "--yes does it unasked" in refused[2]
    assert (code, out) == (0, "dropped: 1 mail, 1 signal, 1 touch")
    assert states(waits) == ["dropped", "dropped"]
    with waits.read() as tx:
        assert tx.scalars(select(outbox.c.state)).all() == ["skipped"]
        assert tx.scalars(select(signal.c.pending)).all() == [False]
    assert nurture("aside", "list")[0] == 0
    assert "was dropped" in nurture("aside", "show", "signal-1")[1]


def test_a_question_is_asked_of_who_is_there(
    waits: Store, nurture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No drops nothing, yes drops."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda asked: "no")
    said_no = nurture("aside", "drop", "mail-2")[0]
    monkeypatch.setattr("builtins.input", lambda asked: "yes")
    said_yes = nurture("aside", "drop", "mail-2", "--json")

    assert (said_no, said_yes[0], json.loads(said_yes[1])) == (1, 0, {"dropped": ["mail-2"]})


def test_a_decision_that_failed_is_put_back_or_given_up(shop: Store, nurture: Any) -> None:
    """What is held without a row is listed by its enrolment."""
    held(shop, "ada", reason="decision_failed", state="skipped")
    held(shop, "bob", reason="decision_failed", state="skipped")

    listed = names(nurture("aside", "list", "--json")[1])
    again = nurture("aside", "retry", "enrolment-1")
    gone = nurture("aside", "drop", "enrolment-2", "--yes")

    assert sorted(listed) == ["enrolment-1", "enrolment-2"]
    assert again[1].startswith("put back: 1 enrolment")
    assert gone[:2] == (0, "dropped: 1 enrolment")
    assert names(nurture("aside", "list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["retry"], "retry what?"),
        (["drop"], "drop what?"),
        (["retry", "mail-2", "--all"], "not by both"),
        (["show", "mail-99"], "nothing that waits is called mail-99"),
        (["show", "99"], "nothing that waits is called 99"),
        (["show", "touch-99"], "nothing that waits is called touch-99"),
        (["show", "cat-1"], "cat-1 names nothing that waits"),
        (["show", "enrolment-9"], "nothing that waits is called enrolment-9"),
        (["list", "--older", "long"], "--older long"),
    ],
)
def test_misuse_says_what_to_type(waits: Store, nurture: Any, typed: list[str], said: str) -> None:
    """Exit 2, with words."""
    code, _, err = nurture("aside", *typed)

    assert (code, said in err) == (2, True)
