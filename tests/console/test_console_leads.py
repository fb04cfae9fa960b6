"""`nurture leads`, `suppress` and `outbox`: lists for people and machines, and the operator's acts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from console.app import call
from leadstore.rows import handoff, outbox, stage_change, suppression
from leadstore.store import Store, open_store
from tests.builders import NOON, add_lead

Seen = pytest.CaptureFixture[str]
Ran = tuple[int, str, str]


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of a project in the environment."""
    (tmp_path / "nurture.yaml").write_text("")
    for name, value in {"PROJECT": str(tmp_path), "DATABASE_URL": sqlite_url}.items():
        monkeypatch.setenv(f"NURTURE_{name}", value)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    opened = open_store(sqlite_url)
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


def ripe(store: Store) -> None:
    """Three leads: one warm, one hot and offered, one not ready."""
    with store.begin() as tx:
        warm, _ = add_lead(tx, "warm", heat=2, grade="A", fit=70, engagement=40, stage="mql", mature=True)
        hot, _ = add_lead(
            tx, "hot", first_name="Ada", company="Acme", heat=1, grade="B", fit=50, stage="pql", mature=True
        )
        add_lead(tx, "cold")
        causes = [(warm, "mql", "matrix A2: mql"), (hot, "pql", "product.used")]
        rows = [{"lead_id": i, "before": "lead", "after": s, "cause": c, "at": NOON} for i, s, c in causes]
        tx.execute(insert(stage_change), rows)
        offers = [(warm, "unassigned", None), (hot, "offered", "Sam")]
        both = [
            {"lead_id": i, "cycle": 0, "state": s, "seller": w, "cause": "", "created_at": NOON, "answer": ""}
            for i, s, w in offers
        ]
        tx.execute(insert(handoff), both)


def test_whom_to_call_first(shop: Store, nurture: Callable[..., Ran]) -> None:
    """The hotter first, each with its cell, its scores, its cause and who has it."""
    ripe(shop)
    code, out, err = nurture("leads", "--ready")

    assert (code, err) == (0, "2 leads ready for sales")
    assert "1 2 Ada, Acme B1 50 0 They used the product; with Sam" in out
    assert (
        "2 1 warm A2 70 40 They fit very well (grade A) and are active (heat 2); nobody to offer it to" in out
    )


def test_all_leads_and_one_stage(shop: Store, nurture: Callable[..., Ran]) -> None:
    """The latest first, cut at the limit, which is said."""
    ripe(shop)
    _, every, cut = nurture("leads", "--limit", "2")
    _, some, one = nurture("leads", "--stage", "pql")

    assert every.index("cold") < every.index("Ada")
    assert cut == "3 leads found; the first 2 are shown, --limit shows more"
    assert ("pql: They used the product" in " ".join(some.split()), one) == (True, "1 lead found")


def test_leads_for_machines(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Ranks, scores and causes; `total` counts what the limit hides."""
    ripe(shop)
    found = json.loads(nurture("leads", "--ready", "--limit", "1", "--json")[1])

    assert found["total"] == 2
    assert [(o["rank"], o["key"], o["sum"], o["cause"]) for o in found["leads"]] == [
        (1, "hot", 50.0, "product.used")
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [([], "no leads: nurture import brings them"), (["--ready"], "nobody is ready for sales yet")],
    ids=["none", "none-ready"],
)
def test_an_empty_list_says_so(nurture: Callable[..., Ran], options: list[str], said: str) -> None:
    """Nothing on stdout, a remark on stderr, and 0."""
    assert nurture("leads", *options) == (0, "", said)


@pytest.mark.parametrize("options", [["--limit", "0"], ["--stage", "hot"]], ids=["limit", "stage"])
def test_a_list_that_cannot_be_is_misuse(nurture: Callable[..., Ran], options: list[str]) -> None:
    """A wrong limit or stage ends with 2."""
    assert nurture("leads", *options)[0] == 2


def test_suppress_and_lift(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Both say what they did; the second time there is nothing to do; the reason is kept."""
    with shop.begin() as tx:
        add_lead(tx)
    put = nurture("suppress", "Ada@leads.example", "--reason", "asked by phone", "--yes")
    again = nurture("suppress", "ada@leads.example")
    lifted = nurture("suppress", "ada@leads.example", "--lift", "--yes")
    nothing = nurture("suppress", "ada@leads.example", "--lift")

    assert put == (0, "suppressed; lead 1 leaves its sequences in the next tick", "")
    assert again == (0, "suppressed already", "")
    assert lifted == (0, "lifted; sequences take the lead up again by their own rules", "")
    assert nothing == (0, "not suppressed", "")
    with shop.read() as tx:
        assert tx.scalar(select(suppression.c.source)) == "operator: asked by phone"


def test_an_unknown_address_is_suppressed_for_later(nurture: Callable[..., Ran]) -> None:
    """For people and for machines."""
    said = nurture("suppress", "new@leads.example", "--yes")
    told = nurture("suppress", "other@leads.example", "--yes", "--json")

    assert "no lead is known by it" in said[1]
    assert json.loads(told[1]) == {"suppressed": True, "changed": True, "lead": None}


def test_without_a_person_it_wants_yes(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Nobody is there to answer the question: misuse, and nothing changes."""
    with shop.begin() as tx:
        add_lead(tx)
    code, out, err = nurture("suppress", "ada@leads.example")

    assert (code, out) == (2, "")
    assert "--yes does it unasked" in err
    with shop.read() as tx:
        assert tx.execute(select(suppression)).all() == []


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("n", 1)])
def test_a_person_is_asked(
    shop: Store, nurture: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    """Yes does it; anything else leaves all as it is and ends with 1."""
    with shop.begin() as tx:
        add_lead(tx)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)

    assert nurture("suppress", "ada@leads.example")[0] == code


def test_lifting_names_what_to_think_of(
    shop: Store, nurture: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it lifts, it says since when and why the address is suppressed."""
    with shop.begin() as tx:
        _, address_id = add_lead(tx)
        tx.execute(insert(suppression).values(address_id=address_id, reason="complaint", source="", at=NOON))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    code, _, err = nurture("suppress", "ada@leads.example", "--lift")

    assert code == 1
    assert "is suppressed since 2027-06-15. The lead reported our mail as spam. Lift it?" in err


@pytest.fixture
def rows(shop: Store) -> Store:
    """An outbox with one row sent, one in doubt and one failed seller mail."""
    states = [
        ("touch", "sent", "due"),
        ("touch", "uncertain", "no_answer"),
        ("seller", "failed", "render_failed"),
    ]
    with shop.begin() as tx:
        lead_id, _ = add_lead(tx)
        for number, (kind, state, reason) in enumerate(states, 1):
            row: dict[str, Any] = {"id": number, "lead_id": lead_id, "kind": kind, "state": state}
            row |= {"reason": reason, "template": f"t/{number}", "message_id": f"<{number}@x>", "payload": {}}
            moments = {"due_at": NOON, "first_due_at": NOON, "created_at": NOON, "settled_at": NOON}
            tx.execute(insert(outbox).values(**row, **moments))
    return shop


def test_the_outbox_lists_what_waits_for_the_operator(rows: Store, nurture: Callable[..., Ran]) -> None:
    """A doubt or a failure in the list ends with 1, as findings do."""
    code, out, err = nurture("outbox", "list", "--limit", "2")

    assert code == 1
    assert "3 1 t/3 2027-06-15 12:00 Failed: the template failed for this lead." in out
    assert "2 1 t/2 2027-06-15 12:00 Nobody knows whether it arrived" in out
    assert err == ("in the whole outbox: 1 sent, 1 failed, 1 uncertain; 2 of 3 are shown, --limit shows more")


def test_the_outbox_is_filtered(rows: Store, nurture: Callable[..., Ran]) -> None:
    """By state and by kind; when nothing waits, it ends with 0."""
    sent = nurture("outbox", "list", "--state", "sent", "--json")
    none = nurture("outbox", "list", "--kind", "webhook")
    found = json.loads(sent[1])

    assert (sent[0], found["total"], found["states"]) == (0, 1, {"sent": 1, "uncertain": 1, "failed": 1})
    assert [(r["id"], r["lead"], r["why"]) for r in found["rows"]] == [(1, 1, "Sent: the relay took it.")]
    assert none[:2] == (0, "")


@pytest.mark.parametrize("word", ["sent", "failed"])
def test_a_doubt_is_settled(rows: Store, nurture: Callable[..., Ran], word: str) -> None:
    """The operator's word becomes the row's state."""
    code, out, _ = nurture("outbox", "resolve", "2", "--as", word)

    assert (code, out) == (0, f"outbox row 2 is settled as {word}")
    with rows.read() as tx:
        assert tx.scalar(select(outbox.c.state).where(outbox.c.id == 2)) == word


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1", "--as", "sent"], "outbox row 1 is sent, not uncertain"),
        (["9", "--as", "sent"], "there is no outbox row 9"),
        (["2", "--as", "maybe"], "--as"),
        (["2"], "--as"),
    ],
    ids=["settled", "missing", "word", "wordless"],
)
def test_what_cannot_be_settled(
    rows: Store, nurture: Callable[..., Ran], arguments: list[str], said: str
) -> None:
    """Only a doubt, and only as sent or failed."""
    code, out, err = nurture("outbox", "resolve", *arguments)

    assert (code, out) == (2, "")
    assert said in err
