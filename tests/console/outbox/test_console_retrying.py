"""`nurture outbox retry` and `skip`, and what `outbox list` and `why` say of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from console.app import call
from leadstore.rows import enrolment, outbox
from leadstore.store import Store, open_store
from tests.builders import DAY, NOON, add_enrolment, add_lead

Seen = pytest.CaptureFixture[str]
Ran = tuple[int, str, str]
ROOT = Path(__file__).parents[3]
LONG_AGO = NOON - 2000 * DAY
RENDER = {"state": "failed", "reason": "render_failed", "reply": "no first_name"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> Iterator[Store]:
    """The shipped project, applied to a store of its own, in the environment."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    for name, value in {"PROJECT": str(tmp_path), "DATABASE_URL": url}.items():
        monkeypatch.setenv(f"NURTURE_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    assert call(["apply"]) == 0
    capsys.readouterr()
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def nurture(shop: Store, capsys: Seen) -> Callable[..., Ran]:
    """Runs a command line: exit code, stdout and stderr, as they read whatever the width wraps."""

    def run(*arguments: str) -> Ran:
        code = call([*arguments])
        seen = capsys.readouterr()
        return code, " ".join(seen.out.split()), " ".join(seen.err.split())

    return run


def held(store: Store, name: str, **fields: Any) -> int:
    """A lead in white-paper at a touch that failed; the row's id, which is the lead's too."""
    row = {**RENDER, **fields}
    stands = {"state": row.pop("stands", "held"), "reason": row["reason"]}
    with store.begin() as tx:
        lead_id, address_id = add_lead(tx, name)
        enrolment_id = add_enrolment(tx, lead_id, 1, step="white-paper/deliver")
        tx.execute(update(enrolment).where(enrolment.c.id == enrolment_id).values(**stands))
        row = {"lead_id": lead_id, "address_id": address_id, "enrolment_id": enrolment_id, **row}
        row |= {"kind": "touch", "sequence": "white-paper", "step": "white-paper/deliver", "payload": {}}
        row |= {"template": "white-paper/deliver", "message_id": f"<{name}@x>"}
        moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
        return int(tx.execute(insert(outbox).values(**row, **moments).returning(outbox.c.id)).scalar_one())


@pytest.fixture
def three(shop: Store) -> Store:
    """Two touches that failed, and one that was sent."""
    held(shop, "ada")
    held(shop, "bob", reason="relay_said_later", reply="", code=451)
    held(shop, "eve", state="sent", reason="due", stands="completed")
    return shop


def states(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.scalars(select(outbox.c.state).order_by(outbox.c.id)))


def test_one_is_tried_again_unasked(three: Store, nurture: Callable[..., Ran]) -> None:
    """Who names a row means it."""
    assert nurture("outbox", "retry", "1") == (0, "1 touch is due again, in the next tick", "")
    assert states(three) == ["planned", "failed", "sent"]


def test_some_are_refused(three: Store, nurture: Callable[..., Ran]) -> None:
    """The others go on; the answer says why those do not and what to do, and exits 1."""
    code, out, err = nurture("outbox", "retry", "1", "3", "9")

    assert (code, out) == (1, "1 touch is due again, in the next tick")
    assert "outbox row 3 was sent, and nothing is sent twice help: `nurture why 3` tells its story" in err
    assert "there is no outbox row 9 help: `nurture outbox list --state failed`" in err
    assert states(three) == ["planned", "failed", "sent"]


def test_for_machines(three: Store, nurture: Callable[..., Ran]) -> None:
    """What goes on, what does not and why, and what comes too late."""
    held(three, "old", expires_at=LONG_AGO)

    code, out, _ = nurture("outbox", "retry", "1", "3", "4", "--json")

    told = json.loads(out)
    assert code == 1
    assert [one["id"] for one in told["retried"]] == [1, 4]
    assert [one["id"] for one in told["refused"]] == [3]
    assert told["late"] == [4]


def test_what_comes_too_late_is_said_before(shop: Store, nurture: Callable[..., Ran]) -> None:
    """The gate will skip it; nobody has to wonder."""
    held(shop, "ada", expires_at=LONG_AGO)

    code, _, err = nurture("outbox", "retry", "1")

    assert (code, err) == (
        0,
        "1 touch is past `expires`: the next tick skips what comes too late, and `nurture why` says so",
    )


@pytest.mark.parametrize(
    ("arguments", "said", "left"),
    [
        (["--all"], "2 touches are due again", ["planned", "planned", "sent"]),
        (["--reason", "render_failed"], "1 touch is due again", ["planned", "failed", "sent"]),
        (["--lead", "bob@leads.example"], "1 touch is due again", ["failed", "planned", "sent"]),
        (["--kind", "webhook"], "nothing to try again", ["failed", "failed", "sent"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_many_at_once(
    three: Store, nurture: Callable[..., Ran], arguments: list[str], said: str, left: list[str]
) -> None:
    """By what they have in common."""
    code, out, _ = nurture("outbox", "retry", *arguments, "--yes")

    assert code == 0
    assert said in out
    assert states(three) == left


@pytest.mark.parametrize(("answer", "code", "left"), [("no", 1, "failed"), ("yes", 0, "planned")])
def test_many_are_asked_for(
    three: Store,
    nurture: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    left: str,
) -> None:
    """The question says how many and why they failed."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)

    ended, _, err = nurture("outbox", "retry", "--all")

    assert (ended, states(three)[:2]) == (code, [left, left])
    assert "2 touches are to be tried again (1 because the template failed for this lead; 1 because" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retry"], "retry what?"),
        (["retry", "1", "--all"], "not by both"),
        (["retry", "--all"], "--yes does it unasked"),
        (["retry", "--reason", "weather"], "weather"),
        (["retry", "--lead", "nobody"], "no lead has the id or key"),
        (["retry", "x"], "x"),
        (["skip"], "skip what?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse(
    three: Store,
    nurture: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    """It says what is wrong, and nothing is written."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    code, out, err = nurture("outbox", *arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert states(three) == ["failed", "failed", "sent"]


def test_a_touch_is_given_up(three: Store, nurture: Callable[..., Ran]) -> None:
    """The lead goes on with the step that follows in the shipped sequence."""
    assert nurture("outbox", "skip", "1") == (0, "1 touch is given up", "")

    with three.read() as tx:
        run = tx.execute(select(enrolment).order_by(enrolment.c.id).limit(1)).one()
    assert states(three) == ["skipped", "failed", "sent"]
    assert (run.state, run.step != "white-paper/deliver") == ("active", True)


def test_giving_up_for_machines(three: Store, nurture: Callable[..., Ran]) -> None:
    """What was given up, and what was not."""
    code, out, _ = nurture("outbox", "skip", "2", "3", "--json")
    told = json.loads(out)

    assert code == 1
    assert ([one["id"] for one in told["skipped"]], [one["id"] for one in told["refused"]]) == ([2], [3])


def test_nothing_is_given_up_twice(three: Store, nurture: Callable[..., Ran]) -> None:
    """A second time it is refused."""
    nurture("outbox", "skip", "1")

    code, out, err = nurture("outbox", "skip", "1")

    assert (code, out) == (1, "nothing given up")
    assert "was decided not to be sent" in err


def test_many_refusals_are_not_all_told(shop: Store, nurture: Callable[..., Ran]) -> None:
    """A page of them is enough for a person."""
    code, _, err = nurture("outbox", "retry", *(str(number) for number in range(1, 31)))

    assert (code, err.count("there is no outbox row")) == (1, 20)
    assert err.endswith("and 10 more stay as they are; --json lists them")


def test_the_list_says_what_to_do(three: Store, nurture: Callable[..., Ran]) -> None:
    """Each failed row with its reason and its remedy."""
    code, out, _ = nurture("outbox", "list", "--state", "failed")

    assert code == 1
    assert (
        "Failed: the template failed for this lead (no first_name). Mend the template or the lead's fields, "
        "and `nurture apply`: nurture outbox retry 1; or: nurture outbox skip 1"
    ) in out
    assert "When the other side is well again: nurture outbox retry 2" in out


def test_a_refused_webhook_has_a_remedy(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Its receiver may be mended; a touch that was refused ended its enrolment, and has none."""
    held(shop, "ada", state="refused", reason="relay_refused", stands="stopped")
    held(shop, "bob", state="refused", reason="relay_refused")
    with shop.begin() as tx:
        tx.execute(update(outbox).where(outbox.c.id == 2).values(kind="webhook", enrolment_id=None))

    code, listed, _ = nurture("outbox", "list", "--json")
    _, shown, _ = nurture("outbox", "list")
    done = nurture("outbox", "retry", "--reason", "relay_refused")

    assert code == 0
    assert [one["remedy"] for one in json.loads(listed)["rows"]] == ["nurture outbox retry 2", None]
    assert "When the address or the receiver is mended: nurture outbox retry 2" in shown
    assert done == (0, "1 webhook is due again, in the next tick", "")


def test_the_list_offers_no_remedy_where_there_is_none(shop: Store, nurture: Callable[..., Ran]) -> None:
    """A doubt that was settled as failed is never sent again."""
    held(shop, "ada", reason="by_operator", reply="", stands="active")

    _, shown, _ = nurture("outbox", "list")
    _, listed, _ = nurture("outbox", "list", "--json")

    assert "outbox retry" not in shown
    assert json.loads(listed)["rows"][0]["remedy"] is None


def test_a_broken_decision_is_listed_and_let_go(shop: Store, nurture: Callable[..., Ran]) -> None:
    """It has no row that failed, and is found all the same."""
    held(shop, "ada", state="skipped", reason="enrolment_ended")
    with shop.begin() as tx:
        tx.execute(update(enrolment).values(reason="decision_failed"))

    code, shown, _ = nurture("outbox", "list", "--state", "failed")
    told = json.loads(nurture("outbox", "list", "--json")[1])
    done = nurture("outbox", "retry", "--reason", "decision_failed")
    after, nothing, _ = nurture("outbox", "list", "--state", "failed")

    assert (code, after, nothing) == (1, 0, "")
    assert "Held: the decision itself failed; this is for the operator." in shown
    assert "When it is mended: nurture outbox retry --lead 1" in shown
    assert [(one["lead_id"], one["remedy"]) for one in told["held"]] == [(1, "nurture outbox retry --lead 1")]
    assert done == (0, "1 held enrolment is due again, in the next tick", "")


def test_why_says_how_to_let_it_go_on(three: Store, nurture: Callable[..., Ran]) -> None:
    """Where the lead stands, and after the retry that somebody let it go on."""
    before = nurture("why", "1")[1]
    nurture("outbox", "retry", "1")
    after = nurture("why", "1")[1]

    assert "for the operator: the template failed for this lead." in before
    assert "When it is mended: nurture outbox retry --lead 1" in before
    assert "Went on: the operator let it be tried again; before, the template failed for this lead" in after
