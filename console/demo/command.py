"""`nurture demo`: runs the whole engine on invented leads, several weeks in about a minute."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, validators

from console.demo.table import Shown, closing, example, totals
from console.frame import Frame, InFrame, note, note_faults, say, say_json
from console.options import Json
from flows.processes.server import PrefectServer, local_server
from flows.processes.stop import stop_asked
from flows.work.demo.folder import LEADS, fresh_folder, most_leads, takes_leads
from flows.work.demo.system import Demonstration, demonstration, press_unsubscribe
from flows.work.demo.weeks import Played, bring_in, play
from nurture.errors import BookError, NurtureError, ProjectError

if TYPE_CHECKING:
    from flows.work.imports.run import ImportReport
    from flows.work.shop.settings import Settings

Weeks = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=30))]


async def demo(
    *,
    leads: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 300,
    weeks: Weeks = 6,
    seed: int = 1,
    keep: bool = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Import invented leads and let weeks pass: they are scored, mailed, answer, and are handed to sales.

    It runs a copy of this project's sequences, or the shipped ones where the invented leads do not fit this
    project, in a folder of its own, .nurture/demo, which each demo begins anew. This project's store, relay
    and neighbours are never touched.
    Mail goes to a local inbox there. On a terminal, the Prefect server then stays up until Enter or Ctrl-C.

    Parameters
    ----------
    leads
        How many rows of the invented leads to import.
    weeks
        How many weeks pass.
    seed
        What the leads' behaviour is drawn from; the same seed tells the same story.
    keep
        Keep the Prefect server up at the end, without a terminal as well, until Ctrl-C.
    json
        Print the totals for machines.
    """
    project, folder, invented = _places(frame)
    if leads > (most := most_leads(invented)):
        raise NurtureError(f"--leads {leads} is too many: {most} ship with Nurture", hint=f"--leads {most}")
    stays = keep or (not json and sys.stdin.isatty() and sys.stderr.isatty())
    started = time.monotonic()
    try:
        with fresh_folder(folder, project, invented, leads) as settings:
            return await _run(settings, leads, weeks, seed, json=json, stays=stays, started=started)
    except BookError as error:
        note_faults(error)
        return 2


async def _run(
    settings: Settings, leads: int, weeks: int, seed: int, *, json: bool, stays: bool, started: float
) -> int:
    async with demonstration(settings, weeks=weeks, seed=seed) as show, _server(settings) as server:
        report, played = await _weeks(show, leads)
        mail = example(show.world.mailbox.mails, settings.project)
        found = totals(report, played, mail, seconds=time.monotonic() - started)
        places = _addresses(settings, server)
        if json:
            say_json({**found, **places})
        else:
            closing(found, places, stays=stays, ours=server.ours)
        if stays:
            await _until_asked()
    if played.broken:
        note("nurture: a promise does not hold:\n  " + "\n  ".join(played.broken))
    return 1 if played.broken or found["failed"] or found["uncertain"] else 0


async def _weeks(show: Demonstration, leads: int) -> tuple[ImportReport, Played]:
    from flows.runs.rounds import one_round  # after the server: Prefect reads its address when it is imported

    with Shown(leads, len(show.moments)) as shown:
        report = await bring_in(show.shop, show.world, show.end, shown.importing)
        shown.imported(report.counts)
        played = await play(
            show.shop,
            show.book,
            show.world,
            show.moments,
            conduct=lambda shop, now: one_round(shop, now.isoformat()),
            leave=press_unsubscribe,
            on_tick=shown.ticked,
        )
    return report, played


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[PrefectServer]:
    note("starting a local Prefect server, which takes some ten seconds")
    async with local_server(settings) as server:
        note(f"Prefect UI {server.url}/runs shows the runs as they come")
        yield server


def _addresses(settings: Settings, server: PrefectServer) -> dict[str, Any]:
    return {
        "prefect": server.url,
        "prefect_home": str(settings.state / "prefect") if server.ours else None,
        "inbox": str(settings.state / "inbox"),
        "project": str(settings.project),
    }


def _places(frame: Frame) -> tuple[Path, Path, Path]:
    """The project to copy, the demo's folder, and where the invented leads lie."""
    here = Path(__file__).parents[1]
    shipped = next(p for p in (here / "starter", here.parent) if (p / "examples" / "demo" / LEADS).is_file())
    invented = shipped / "examples" / "demo"
    try:
        project = home = frame.root()
    except ProjectError:
        project, home = shipped, Path.cwd()
    if not takes_leads(project, invented):
        note("this project has other topics or attributes than the invented leads: the shipped one is shown")
        project = shipped
    return project, home / ".nurture" / "demo", invented


async def _until_asked() -> None:
    with stop_asked() as asked:
        loop = asyncio.get_running_loop()
        if sys.stdin.isatty():
            loop.add_reader(sys.stdin, asked.set)
        say("Enter or Ctrl-C ends it" if sys.stdin.isatty() else "Ctrl-C ends it")
        sys.stdout.flush()
        await asked.wait()
        if sys.stdin.isatty():
            loop.remove_reader(sys.stdin)
