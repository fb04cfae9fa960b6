"""`nurture apply`: makes the checked files the release that runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.frame import InFrame, note, note_faults, say, say_json
from console.options import Json, Yes
from flows.work.project.apply import Applied, apply_shelf
from flows.work.shop.readiness import ready_store
from leadstore.store import Store
from nurture.errors import BookError, LeadsLeave, ProjectError
from nurture.files.diagnosis import as_json, render_text

_HOW = "`nurture apply --yes` lets them leave; to keep them, put back what is gone, and its `sequence:` name"


def apply(*, yes: Yes = False, json: Json = False, frame: InFrame) -> int:
    """Check the project and, if it has no error, make it the release that workers run.

    If leads would be taken out of a sequence by it, this says how many and asks. Exits 1 when nothing was
    applied: the check found errors, or the answer was no.

    Parameters
    ----------
    yes
        Do not ask: let those leave whom the files take out of a sequence.
    json
        Print the result for machines.
    """
    settings = frame.settings()
    try:
        with closing(ready_store(settings)) as store:
            applied = _apply(store, settings.project, yes, json)
    except BookError as error:
        note_faults(error)
        return _refused(error, json, faults=as_json(error.faults))
    except LeadsLeave as error:
        note(f"nurture: {error.message}\n  help: {_HOW}")
        return _refused(error, json, leaving=error.leaving)
    if json:
        say_json(_as_data(applied))
    else:
        _tell(applied)
    return 0


def _as_data(applied: Applied) -> dict[str, Any]:
    return {
        "applied": True,
        "release": applied.release_id,
        "changed": applied.changed,
        "digest": applied.digest,
        "warnings": as_json(applied.warnings),
        "followed": asdict(applied.followed),
    }


def _apply(store: Store, project: Path, yes: bool, json: bool) -> Applied:
    """Apply; where leads would leave, ask first, on a terminal."""
    try:
        return apply_shelf(store, project, datetime.now(UTC), yes=yes)
    except LeadsLeave as error:
        if json or not sys.stdin.isatty():
            raise
        note(f"{_who(error.leaving)}\nThey would get no more of it, and do not come back by themselves.")
        if input("Type yes to let them leave: ").strip().lower() not in ("y", "yes"):
            raise
        return apply_shelf(store, project, datetime.now(UTC), yes=True)


def _who(leaving: Mapping[str, int]) -> str:
    lines = [f"  {count:>6} out of {name}" for name, count in sorted(leaving.items())]
    return "\n".join(["These files take leads out of a sequence:", *lines])


def _refused(error: ProjectError, json: bool, **found: Any) -> int:  # whatever JSON takes
    if json:
        say_json({"applied": False, "error": error.message, **found})
    return 1


def _tell(applied: Applied) -> None:
    if applied.warnings:
        note(render_text(applied.warnings))
    say(f"release {applied.release_id} {'now runs' if applied.changed else 'runs already'}")
    told = {"go on in the new form": applied.followed.moved, "finish the old form": applied.followed.stayed}
    told["left a sequence that changed or is gone"] = applied.followed.left
    for what, count in told.items():
        if count:
            say(f"  {count} of those who were in a sequence {what}")
