"""`nurture apply`: makes the checked files the release that runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from console.frame import InFrame, note, say, say_json
from flows.work.applying import apply_shelf
from flows.work.readiness import ready_store
from nurture.diagnose import as_json, render_text
from nurture.errors import BookError


def apply(
    *,
    json: Annotated[bool, Parameter(name="--json")] = False,
    frame: InFrame,
) -> int:
    """Check the project and, if it has no error, make it the release that workers run.

    Parameters
    ----------
    json
        Print the result for machines.
    """
    settings = frame.settings()
    store = ready_store(settings)
    try:
        applied = apply_shelf(store, settings.project, datetime.now(UTC))
    except BookError as error:
        note(f"{render_text(error.faults)}\n\nnurture: {error}")
        return 1
    finally:
        store.close()
    if json:
        say_json(
            {
                "release": applied.release_id,
                "changed": applied.changed,
                "digest": applied.digest,
                "warnings": as_json(applied.warnings),
                "followed": asdict(applied.followed),
            }
        )
        return 0
    if applied.warnings:
        note(render_text(applied.warnings))
    say(f"release {applied.release_id} {'now runs' if applied.changed else 'runs already'}")
    told = {"go on in the new form": applied.followed.moved, "finish the old form": applied.followed.stayed}
    told["left a changed sequence"] = applied.followed.left
    for what, count in told.items():
        if count:
            say(f"  {count} of those who were in a sequence {what}")
    return 0
