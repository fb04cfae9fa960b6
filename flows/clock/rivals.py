"""Finds other clocks on a store: schedules of our flows on a Prefect server, and workers seen lately.

Two clocks do no harm to leads, for the store decides what is due; but an operator who stops one of them
would believe that nothing runs any more.
"""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.processes.api import ask
from leadstore.store import Store, in_thread
from leadstore.vitals import last_ticks
from nurture.errors import LockHeld
from nurture.words import Clockwork

LATELY = timedelta(minutes=3)
"""A deployment ticks every minute: after this long without one, it is stopped."""

DEPLOYED: Clockwork = "deployment"
"""How the ticks of a worker are noted."""

FLOWS = [f"nurture-{name}" for name in ("tick", "intake", "rescore", "handoff", "mailbox")]


async def refuse_rivals(store: Store) -> None:
    """Refuse to keep a clock beside deployments: those that have just run, or whose schedules are active.

    Raises:
        LockHeld: there are some; says which, and how to stop them.
    """
    await in_thread(_refuse_workers, store)
    api = configured_api()
    if api is not None:
        await refuse_schedules(api, "if it is another project's server, set PREFECT_API_URL to nothing")


async def refuse_schedules(api: str, way_out: str) -> None:
    """Refuse if this Prefect server has active schedules of our flows; one that does not answer has none.

    Raises:
        LockHeld: it has; names them.
    """
    found = await asyncio.to_thread(active_schedules, api)
    if found:
        raise LockHeld(
            f"the Prefect server at {api} schedules these flows already: {', '.join(found)}",
            hint=f"never both clocks: pause its deployments (`prefect deployment schedule pause`); {way_out}",
        )


def active_schedules(api: str) -> list[str]:
    """The deployments of our flows with an active schedule, as flow/deployment."""
    wanted = {"flows": {"name": {"any_": FLOWS}}, "limit": 200}
    deployments: Any = ask(f"{api}/deployments/filter", wanted) or []
    return sorted(
        f"{one.get('entrypoint') or 'flow'}/{one.get('name')}"
        for one in deployments
        if not one.get("paused") and any(schedule.get("active") for schedule in one.get("schedules", ()))
    )


def _refuse_workers(store: Store) -> None:
    with store.read() as tx:
        seen = [tick for tick in last_ticks(tx) if tick.clockwork == DEPLOYED]
    now = datetime.now(UTC)
    if seen and now - seen[0].at < LATELY:
        ago = max(int((now - seen[0].at).total_seconds()), 0)
        raise LockHeld(
            f"a Prefect worker works on this store: {seen[0].worker} ticked {ago} seconds ago",
            hint="never both clocks: pause the deployments or stop the worker, "
            f"then wait {int(LATELY.total_seconds() / 60)} minutes",
        )


def configured_api() -> str | None:
    """The Prefect server of this user: by PREFECT_API_URL, a file of this folder, or the active profile.

    An empty PREFECT_API_URL says that there is none.
    """
    if "PREFECT_API_URL" in os.environ:
        return os.environ["PREFECT_API_URL"].rstrip("/") or None
    named = (
        _toml(Path("prefect.toml")).get("api", {}).get("url")
        or _toml(Path("pyproject.toml")).get("tool", {}).get("prefect", {}).get("api", {}).get("url")
        or _profile().get("PREFECT_API_URL")
    )
    return str(named).rstrip("/") if named else None


def _profile() -> Mapping[str, Any]:
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser()
    profiles = _toml(Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml"))
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active")
    found: Mapping[str, Any] = profiles.get("profiles", {}).get(active, {})
    return found


def _toml(path: Path) -> dict[str, Any]:
    """The content of the file; empty if there is none, or it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
