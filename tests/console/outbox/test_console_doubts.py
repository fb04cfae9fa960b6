"""`nurture outbox resolve` for many at once, and what is said of a dead worker's rows."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from console.app import call
from flows.work.story.reasons import say_touch
from leadstore.outbox.resolution import list_outbox
from leadstore.rows import outbox, signal
from leadstore.store import Store, open_store
from tests.builders import DAY, HOUR, NOON, add_enrolment, add_lead, add_release

Seen = pytest.CaptureFixture[str]
Ran = tuple[int, str, str]
LONG_AGO = NOON - 2000 * DAY


@pytest.fixture
def doubts(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Six doubts of two runs and two sequences, of which the first two are days old; and a sent row."""
    (tmp_path / "nurture.yaml").write_text("")
    shutil.copy(sqlite_template, tmp_path / "store.db")
    url = f"sqlite:///{tmp_path / 'store.db'}"
    for name, value in {
        "NURTURE_PROJECT": str(tmp_path),
        "NURTURE_DATABASE_URL": url,
        "COLUMNS": "300",
    }.items():
        monkeypatch.setenv(name, value)
    store = open_store(url)
    with store.begin() as tx:
        release = add_release(tx)
        for n in range(1, 8):
            lead_id, _ = add_lead(tx, f"lead{n}")
            sequence = "s" if n < 4 else "t"
            stands = add_enrolment(tx, lead_id, release, sequence=sequence)
            row = {"kind": "touch", "lead_id": lead_id, "enrolment_id": stands, "sequence": sequence}
            row |= {"step": "a", "template": "a", "state": "uncertain" if n < 7 else "sent", "payload": {}}
            row |= {"worker": "one-1" if n % 2 else "two-2", "reason": "no_answer", "slot_at": NOON}
            at = LONG_AGO if n < 3 else datetime.now(UTC)
            row |= {"started_at": at, "due_at": at, "first_due_at": at, "created_at": at}
            tx.execute(insert(outbox).values(**row, message_id=f"<nurture.{n}@x.example>"))
    yield store
    store.close()


@pytest.fixture
def resolve(doubts: Store, capsys: Seen) -> Callable[..., Ran]:
    """Runs `nurture outbox resolve`: exit code, stdout and stderr."""

    def run(*arguments: str) -> Ran:
        code = call(["outbox", "resolve", *arguments])
        seen = capsys.readouterr()
        return code, " ".join(seen.out.split()), " ".join(seen.err.split())

    return run


def states(store: Store) -> dict[int, str]:
    """The rows that are uncertain no more."""
    with store.read() as tx:
        rows = tx.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.id < 7)).all()
    return {row.id: row.state for row in rows if row.state != "uncertain"}


@pytest.mark.parametrize(
    ("arguments", "settled"),
    [
        (["1", "5", "--as", "sent"], {1, 5}),
        (["--run", "two-2", "--as", "sent"], {2, 4, 6}),
        (["--sequence", "s", "--as", "sent"], {1, 2, 3}),
        (["--older", "2 days", "--as", "sent"], {1, 2}),
        (["--run", "one-1", "--sequence", "t", "--as", "sent"], {5}),
        (["--all", "--as", "sent"], {1, 2, 3, 4, 5, 6}),
    ],
    ids=["numbers", "run", "sequence", "age", "both", "all"],
)
def test_many_are_settled_at_once(
    doubts: Store, resolve: Callable[..., Ran], arguments: list[str], settled: set[int]
) -> None:
    """By what they have in common; each leaves its signal, as if the relay had answered."""
    assert resolve(*arguments, "--yes")[0] == 0

    assert states(doubts) == dict.fromkeys(settled, "sent")
    with doubts.read() as tx:
        assert Counter(tx.scalars(select(signal.c.type))) == {"touch.sent": len(settled)}


def test_a_failed_one_gives_its_slot_back(doubts: Store, resolve: Callable[..., Ran]) -> None:
    """And leaves no signal."""
    resolve("--all", "--as", "failed", "--yes")

    with doubts.read() as tx:
        assert set(tx.scalars(select(outbox.c.slot_at).where(outbox.c.id < 7))) == {None}
        assert tx.scalar(select(signal.c.id)) is None


LOG = """\
Nov 28 10:00:01 mx postfix/cleanup[1]: AAAA01: message-id=<nurture.1@x.example>
Nov 28 10:00:01 mx postfix/cleanup[1]: AAAA02: message-id=<nurture.2@x.example>
Nov 28 10:00:01 mx postfix/cleanup[1]: AAAA03: message-id=<nurture.3@x.example>
Nov 28 10:00:02 mx postfix/smtp[2]: AAAA01: to=<a@b.example>, status=sent (250 ok)
Nov 28 10:00:02 mx postfix/smtp[2]: AAAA02: to=<c@b.example>, status=bounced (550 no)
Nov 28 10:00:02 mx postfix/smtp[2]: AAAA03: to=<d@b.example>, status=deferred (timeout)
"""


@pytest.mark.parametrize("packed", [False, True])
def test_the_relays_log_settles_what_it_knows(
    doubts: Store, resolve: Callable[..., Ran], tmp_path: Path, packed: bool
) -> None:
    """Each by its own end; what waits or is not found stays, and is told."""
    path = tmp_path / ("mail.log.gz" if packed else "mail.log")
    path.write_bytes(gzip.compress(LOG.encode()) if packed else LOG.encode())

    code, out, err = resolve("--log", str(path), "--yes")

    assert (code, out) == (1, "1 row as sent and 1 row as failed are settled")
    assert "3 stay uncertain: the relay still has them" in err
    assert "4, 5, 6 stay uncertain: the log does not know them" in err
    assert states(doubts) == {1: "sent", 2: "failed"}


def test_a_list_of_message_ids_settles_those_it_names(
    doubts: Store, resolve: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From standard input, with the operator's word for all of them."""
    monkeypatch.setattr("sys.stdin", io.StringIO("<nurture.4@x.example>\nnurture.5@x.example\n"))

    code, out, _ = resolve("--log", "-", "--run", "two-2", "--as", "failed", "--yes", "--json")

    assert (code, json.loads(out)["failed"]) == (1, [4])
    assert states(doubts) == {4: "failed"}


def test_a_dry_run_settles_nothing(doubts: Store, resolve: Callable[..., Ran]) -> None:
    """It says what would be settled, and asks nothing."""
    code, out, _ = resolve("--all", "--as", "sent", "--dry-run")

    assert (code, out, states(doubts)) == (0, "6 rows as sent would be settled", {})


def test_it_asks_before_many(
    doubts: Store, resolve: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there: misuse. No: nothing happens. A row that is not uncertain is told."""
    assert "--yes" in resolve("--all", "--as", "sent")[2]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert resolve("--all", "--as", "sent")[0] == 1
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    code, _, err = resolve("1", "7", "--as", "sent")

    assert (code, states(doubts)) == (1, {1: "sent"})
    assert "outbox row 7 is not uncertain" in err
    assert resolve("--run", "nobody", "--as", "sent")[:2] == (0, "nothing to settle")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "settled as what?"),
        (["--as", "sent"], "resolve what?"),
        (["1", "--all", "--as", "sent"], "not by both"),
        (["--older", "soon", "--as", "sent"], "--older"),
        (["--log", "nowhere.log"], "nowhere.log cannot be read"),
    ],
)
def test_misuse_is_told(resolve: Callable[..., Ran], arguments: list[str], said: str) -> None:
    """What is missing, or what cannot be meant."""
    code, _, err = resolve(*arguments)

    assert code == 2
    assert said in err


def test_the_list_names_the_runs_that_left_doubts(doubts: Store, capsys: Seen) -> None:
    """With the command that settles all of one."""
    call(["outbox", "list", "--state", "uncertain"])

    said = capsys.readouterr().err
    assert "3 uncertain of the run one-1: nurture outbox resolve --run one-1 --as sent|failed" in said


HERE = socket.gethostname()[:40]


def dead() -> str:
    """The name of a worker of this machine whose process is no more."""
    child = subprocess.Popen(["true"])
    child.wait()
    return f"{HERE}-{child.pid}"


@pytest.mark.parametrize(
    ("state", "worker", "lease", "said"),
    [
        ("claimed", f"{HERE}-{os.getpid()}", HOUR, "Being sent now."),
        ("started", f"{HERE}-{os.getpid()}", HOUR, "Being sent now; the relay has not answered yet."),
        ("claimed", dead(), HOUR, "Its worker stopped before it was sent; it is taken up again by the next"),
        ("started", dead(), HOUR, "Its worker stopped while it was being sent, and nobody knows"),
        ("claimed", "far-1", -HOUR, "Its worker stopped before it was sent"),
        (
            "started",
            "far-1",
            HOUR,
            "A worker began to send it (far-1); should it have stopped, the next tick",
        ),
        ("claimed", f"{HERE}-1", HOUR, "has it"),
    ],
    ids=["alive", "alive, started", "dead", "dead, started", "over", "another machine", "somebody's"],
)
def test_a_dead_workers_row_is_not_being_sent(
    doubts: Store, state: str, worker: str, lease: timedelta, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it lives is told by its process where that was here, else by its lease."""
    if worker.endswith("-1"):
        monkeypatch.setattr("os.kill", _forbidden)
    ends = datetime.now(UTC) + lease
    with doubts.begin() as tx:
        held: dict[str, Any] = {"state": state, "worker": worker, "lease_until": ends}
        tx.execute(outbox.update().where(outbox.c.id == 1).values(**held))
        found, _ = list_outbox(tx)

    assert said in say_touch(found[-1][1], lambda at: f"{at:%H:%M}")


def _forbidden(*_: object) -> None:
    raise PermissionError
