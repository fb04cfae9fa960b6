"""`nurture outbox resolve`: settles uncertain rows, by the operator's decision or by the relay's log."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from console.format import say_many
from console.frame import InFrame, agreed, note, say, say_json
from console.options import All, Json, Yes, read_span
from leadstore.database.access import latest_moment
from leadstore.outbox.resolution import Doubt, Doubtful, Word, find_doubts, resolve, resolve_all
from nurture.errors import NurtureError
from nurture.refusals.relay_log import Fate, read_log

SHOWN = 20
"""At most so many rows that stay uncertain are named one by one."""
LEFT = {
    "waits": "stay uncertain: the relay still has them, and tries; ask its log again later",
    "named": "stay uncertain: the log names them, and does not say what became of them; give --as for a list",
    "unknown": "stay uncertain: the log does not know them; is it the whole log of that relay?",
}
"""Why a row that was meant is not settled."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is to be settled as what, and what stays in doubt and why."""

    words: Mapping[int, Word]
    left: Mapping[int, str]


def resolve_(
    *ids: int,
    as_: Annotated[Word | None, Parameter(name="--as")] = None,
    run: str | None = None,
    sequence: str | None = None,
    older: str | None = None,
    all_: All = False,
    log: Annotated[tuple[Path, ...], Parameter(name="--log", negative=(), allow_leading_hyphen=True)] = (),
    dry_run: bool = False,
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Settle uncertain rows by what you know from the relay's log or from the leads.

    Nothing is sent again either way, and the leads' sequences go on as they are. Exits 1 when a row that
    was meant stays uncertain, or the question was answered with no.

    Parameters
    ----------
    ids
        The numbers of rows, from `nurture outbox list --state uncertain`.
    as_
        sent: they arrived, and count for the caps. failed: they did not, and no longer count.
    run
        All that this process spoke; `nurture outbox list --state uncertain` names it.
    sequence
        All of this sequence.
    older
        All that were spoken longer ago than that, such as "2 hours".
    all_
        All that are uncertain.
    log
        The relay's log (Postfix, Exim, Sendmail; .gz too), or a list of Message-IDs, each with `sent` or
        `failed` after it, or with --as for all of them; - reads standard input. May be given again.
    dry_run
        Say what would be settled, and settle nothing.
    yes
        Do not ask when it is more than one.
    json
        Print {sent, failed, left, dry_run} for machines.
    """
    narrowed = all_ or any(one is not None for one in (run, sequence, older))
    _refuse_misuse(ids, as_, narrowed, log)
    span = read_span(older, "--older", 'for example: --older "2 hours"')
    with frame.store() as store:
        with store.read("report") as tx:
            now = latest_moment(tx, datetime.now(UTC))
            before = None if span is None else now - span
            doubts = find_doubts(tx, Doubtful(ids, run, sequence, before))
        named: dict[int, Word] = {one.id: as_ for one in doubts if as_ is not None}
        verdicts = _by_log(doubts, log, as_) if log else Verdicts(named, {})
        if not dry_run:
            if len(ids) != 1 and len(verdicts.words) > 1 and not yes and not _agreed(verdicts):
                return 1
            with store.begin("retry") as tx:
                if len(ids) == 1 and as_ is not None and not log:
                    resolve(tx, ids[0], as_, now)  # says why it may not
                else:
                    resolve_all(tx, verdicts.words, now)
    not_found = sorted(set(ids) - {one.id for one in doubts})
    if json:
        say_json(_as_data(verdicts, not_found, dry_run))
    else:
        _tell(verdicts, doubts, not_found, dry_run)
    return 1 if verdicts.left or not_found else 0


def _refuse_misuse(ids: Sequence[int], word: Word | None, narrowed: bool, log: Sequence[Path]) -> None:
    if ids and narrowed:
        raise NurtureError(
            "rows are named by their numbers, or by what they have in common, not by both",
            hint="`nurture outbox resolve 7 8 --as sent`, or `nurture outbox resolve --run NAME --as sent`",
        )
    if word is None and not log:
        raise NurtureError(
            "settled as what?", hint="--as sent or --as failed, or --log FILE for what the relay's log says"
        )
    if not ids and not narrowed and not log:
        raise NurtureError(
            "resolve what?",
            hint="give the numbers of rows, --run, --sequence, --older, --all or --log; "
            "`nurture outbox list --state uncertain` lists them",
        )


def _by_log(doubts: Sequence[Doubt], logs: Sequence[Path], word: Word | None) -> Verdicts:
    """What the log says of each row; `word` is for rows that it only names, as a list does."""
    fates: dict[str, Fate] = read_log(_lines(logs), [one.message_id for one in doubts])
    words: dict[int, Word] = {}
    left: dict[int, str] = {}
    for one in doubts:
        match fates.get(one.message_id):
            case Fate.SENT:
                words[one.id] = "sent"
            case Fate.FAILED:
                words[one.id] = "failed"
            case Fate.NAMED if word is not None:
                words[one.id] = word
            case None:
                left[one.id] = "unknown"
            case fate:
                left[one.id] = fate.value
    return Verdicts(words, left)


def _lines(logs: Sequence[Path]) -> Iterator[str]:
    for path in logs:
        if str(path) == "-":
            yield from sys.stdin
            continue
        opened = gzip.open if path.suffix == ".gz" else open
        try:
            with opened(path, "rt", encoding="utf-8", errors="replace") as file:
                yield from file
        except (OSError, EOFError) as error:
            why = getattr(error, "strerror", None) or "it is not a whole file"
            raise NurtureError(f"{path} cannot be read: {why}", hint="--log takes a whole log") from error


def _agreed(verdicts: Verdicts) -> bool:
    note(f"{_counted(verdicts)} to be settled. Settle them?")
    return agreed()


def _counted(verdicts: Verdicts) -> str:
    counts = Counter(verdicts.words.values())
    return " and ".join(f"{say_many(n, 'row')} as {word}" for word, n in sorted(counts.items(), reverse=True))


def _tell(verdicts: Verdicts, doubts: Sequence[Doubt], missing: Sequence[int], dry_run: bool) -> None:
    if len(verdicts.words) == 1 and not dry_run:
        number, word = next(iter(verdicts.words.items()))
        say(f"outbox row {number} is settled as {word}")
    elif verdicts.words:
        say(f"{_counted(verdicts)} {'would be' if dry_run else 'are'} settled")
    else:
        say("nothing to settle" if not doubts else "nothing settled")
    for why, words in LEFT.items():
        ids = [number for number, left in verdicts.left.items() if left == why]
        if ids:
            more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
            note(f"{', '.join(map(str, ids[:SHOWN]))}{more} {words}")
    for number in missing:
        note(f"outbox row {number} is not uncertain, or not there; `nurture outbox list` shows it")


def _as_data(verdicts: Verdicts, missing: Sequence[int], dry_run: bool) -> dict[str, Any]:
    of: dict[str, list[int]] = {"sent": [], "failed": []}
    for number, word in verdicts.words.items():
        of[word].append(number)
    left = [{"id": number, "why": why} for number, why in verdicts.left.items()]
    return {**of, "left": [*left, *({"id": i, "why": "not uncertain"} for i in missing)], "dry_run": dry_run}
