"""Plays the faults and the kill rounds, prints what was expected and seen, and counts the breaches."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults import all_cases
from tests.faults.cases import Case, Trial
from tests.faults.databases import Databases
from tests.faults.killing import Killing, Round
from tests.faults.machine import OutboxMachine

BEGIN, END = "<!-- the table of `make faults` -->", "<!-- the end of the table -->"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    row: str
    what: str
    expected: str
    seen: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether what was seen is what was expected."""
        return self.seen == self.expected


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 when anything was doubled, lost or otherwise than expected."""
    asked = _parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and stores are cleared away
    logging.getLogger("nurture").setLevel(logging.ERROR)  # that a route closes is meant here
    began = time.monotonic()
    results: list[Result] = []
    with Databases() as databases:
        for case in _chosen(asked):
            results.append(asyncio.run(play(case, databases)))
            _show(results[-1])
        if not asked.only and not asked.only_rounds:
            results.append(machine(databases, asked.histories))
            _show(results[-1])
        for dialect in _dialects(asked):
            results.append(rounds(databases, dialect, asked.rounds, asked.seed))
            _show(results[-1])
    return _conclude(results, time.monotonic() - began, asked.table)


async def play(case: Case, databases: Databases) -> Result:
    """Play one fault in fresh stores; what it raises is what was seen."""
    trial = Trial(databases)
    began = time.monotonic()
    try:
        async with asyncio.timeout(case.limit):
            seen = await case.play(trial)
    except Exception as error:
        seen = f"BREACH: {type(error).__name__}: {error}"
    finally:
        trial.close()
    return Result(str(case.row), case.what, case.expected, seen, time.monotonic() - began)


def rounds(databases: Databases, dialect: str, count: int, seed: int) -> Result:
    """The kill -9 rounds on one kind of database, as one line."""
    began = time.monotonic()
    killing = Killing(databases, dialect)
    done = killing.run(count, seed, lambda one: _tell(dialect, one))
    breaches = sum(len(one.breaches) for one in done)
    hit = sum(one.kills > 0 for one in done)
    expected = f"{count} rounds met a living worker: nothing doubled, nothing lost"
    seen = f"{hit} rounds met a living worker: " + (
        f"BREACH: {breaches} in all" if breaches else "nothing doubled, nothing lost"
    )
    _tell_rounds(dialect, done)
    return Result("24-30", f"kill -9 on {dialect}", expected, seen, time.monotonic() - began)


def let_machine_run(databases: Databases, *, examples: int, steps: int) -> None:
    """So many histories of so many steps; raises what broke, with the shortest history that breaks it."""
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a history costs a second: it is told as it was found
        suppress_health_check=list(HealthCheck),
    )
    OutboxMachine.databases = databases
    run_state_machine_as_test(OutboxMachine, settings=how)


def machine(databases: Databases, examples: int) -> Result:
    """The state machine, as one line."""
    began = time.monotonic()
    expected = f"{examples} histories of outbox, withdrawal, suppression, cap and clock: I1 to I6 hold"
    try:
        let_machine_run(databases, examples=examples, steps=40)
        seen = expected
    except BaseException as error:
        _say("".join(traceback.format_exception(error))[-6000:])
        seen = f"BREACH: {type(error).__name__}"
    return Result("all", "the state machine", expected, seen, time.monotonic() - began)


def _tell(dialect: str, one: Round) -> None:
    for breach in one.breaches:
        _say(f"  {dialect} round {one.seed} ({one.manner}, {one.workers} workers): {breach}")


def _tell_rounds(dialect: str, done: Sequence[Round]) -> None:
    total: Counter[str] = sum((one.states for one in done), Counter())
    met = {state: sum(one.met[state] > 0 for one in done) for state in ("claimed", "started")}
    errors: Counter[str] = sum((one.errors for one in done), Counter())
    _say(
        f"  {dialect}: {len(done)} rounds, {sum(one.kills for one in done)} workers killed or paused, "
        f"{met['claimed']} times with touches claimed and {met['started']} with touches started; "
        f"{sum(one.left for one in done)} leads left meanwhile; "
        f"touches: {', '.join(f'{state} {n}' for state, n in sorted(total.items()))}; "
        f"most uncertain in a round {max((one.states['uncertain'] for one in done), default=0)}; "
        f"median {statistics.median(one.seconds for one in done):.1f} s a round"
        + (f"; workers that ended by an error: {dict(errors)}" if errors else ""),
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="kill -9 rounds on each database")
    parser.add_argument("--histories", type=int, default=100, help="histories of the state machine")
    parser.add_argument("--seed", type=int, default=1, help="the first round's seed")
    parser.add_argument(
        "--only",
        default="",
        help="only faults whose row or name has one of these words",
    )
    parser.add_argument("--only-rounds", default="", help="no faults, and rounds on this database only")
    parser.add_argument("--table", default="", help="write the table into this Markdown file as well")
    return parser.parse_args(arguments)


def _show(result: Result) -> None:
    mark = "ok    " if result.ok else "BREACH"
    _say(f"{mark} {result.row:>5}  {result.what}: {result.seen} ({result.seconds:.1f} s)")
    if not result.ok:
        _say(f"              expected: {result.expected}")


def _conclude(results: Sequence[Result], seconds: float, table: str) -> int:
    rows = {result.row for result in results if result.row.isdigit()}
    bad = [result for result in results if not result.ok]
    verdict = f"{len(results)} trials of {len(rows)} faults, {len(bad)} breaches, {seconds:.0f} seconds"
    _say(verdict)
    if table:
        write_table(Path(table), results, verdict)
    return 1 if bad else 0


def _chosen(asked: argparse.Namespace) -> list[Case]:
    if asked.only_rounds:
        return []
    words = asked.only.split(",") if asked.only else []
    return [case for case in all_cases.CASES if not words or any(_is_meant(case, word) for word in words)]


def _dialects(asked: argparse.Namespace) -> tuple[str, ...]:
    if asked.only_rounds:
        return (asked.only_rounds,)
    return () if asked.only else ("sqlite", "postgresql")


def write_table(page: Path, results: Sequence[Result], verdict: str) -> None:
    """Put the table between the marks of a Markdown page."""
    head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    lines = ["| Fault | What happens | Expected | Seen | |", "|---|---|---|---|---|"]
    for one in results:
        seen = "as expected" if one.ok else one.seen.splitlines()[0]
        cells = (one.row, one.what, one.expected, seen, "ok" if one.ok else "**breach**")
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    table = "\n".join(["", "", *lines, "", f"{verdict}.", "", ""])
    page.write_text(head + BEGIN + table + END + tail, encoding="utf-8")


def _is_meant(case: Case, word: str) -> bool:
    return str(case.row) == word if word.isdigit() else word in case.what


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
