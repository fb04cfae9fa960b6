"""`nurture pause`, `resume` and `retire`: stop a sequence, let it go on, or end it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import Parameter

from console.format import say_many
from console.frame import InFrame, say, say_json
from console.options import Json
from flows.work.shop.readiness import ready_store
from leadstore.enrolments import halts
from leadstore.releases import current_release
from nurture.errors import NotFound, ProjectError
from nurture.files.diagnosis import did_you_mean


def pause(sequence: str, /, *, json: Json = False, frame: InFrame) -> int:
    """Stop a sequence's timers: nothing is sent, and no wait runs out, until `nurture resume`.

    Parameters
    ----------
    sequence
        The name of the sequence.
    json
        Print the result for machines.
    """
    count = _do(frame, sequence, halts.pause)
    return _tell(
        json, sequence, "paused", count, f"{sequence} is paused; {say_many(count, 'lead')} in it stand still"
    )


def resume(sequence: str, /, *, json: Json = False, frame: InFrame) -> int:
    """Let a paused sequence go on where it stopped, or a retired one take leads in again.

    Parameters
    ----------
    sequence
        The name of the sequence.
    json
        Print the result for machines.
    """
    count = _do(frame, sequence, halts.resume)
    told = f"{sequence} goes on; {say_many(count or 0, 'lead')} in it, later by as long as it stood still"
    if count is None:
        told = f"{sequence} is neither paused nor retired"
    return _tell(json, sequence, "resumed", count, told)


def retire(
    sequence: str,
    /,
    *,
    yes: Annotated[bool, Parameter(name="--yes")] = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """End a sequence: everybody in it leaves, and nobody enters it any more.

    Parameters
    ----------
    sequence
        The name of the sequence.
    yes
        Do it; leads that leave do not come back.
    json
        Print the result for machines.
    """
    if not yes:
        raise ProjectError(
            f"everybody in {sequence} would leave it, and `nurture resume` does not bring them back",
            hint=f"`nurture pause {sequence}` only stops it; `nurture retire {sequence} --yes` ends it",
        )
    count = _do(frame, sequence, halts.retire)
    return _tell(
        json, sequence, "retired", count, f"{sequence} is retired; {say_many(count, 'lead')} left it"
    )


def _do(frame: Any, sequence: str, what: Callable[..., Any]) -> Any:  # a frame; a count, or None
    with closing(ready_store(frame.settings())) as store, store.begin("apply") as tx:
        release = current_release(tx)
        if release is None:
            raise ProjectError("no release in this store yet", hint="run `nurture apply`")
        names = _names(release.files)
        if sequence not in names:
            raise NotFound(f"there is no sequence `{sequence}`", hint=did_you_mean(sequence, names))
        return what(tx, sequence, datetime.now(UTC))


def _names(files: Any) -> list[str]:
    from nurture.project.book import read_book

    book, _ = read_book(files)
    return sorted(book.sequences) if book else []


def _tell(json: bool, sequence: str, done: str, count: int | None, told: str) -> int:
    if json:
        say_json({"sequence": sequence, done: count is not None, "enrolments": count or 0})
    else:
        say(told)
    return 0
