"""`nurture up`: runs the whole system in this process until Ctrl-C."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING

from console.frame import InFrame, note, say
from console.options import Json
from flows.processes.stop import stop_asked, until
from flows.processes.system import RunningSystem, whole_system
from flows.work.counts import Summary, in_words, total

if TYPE_CHECKING:
    from flows.work.shop.settings import Settings


async def up(*, json: Json = False, frame: InFrame) -> int:
    """Start store, local inbox, Prefect server, web app and clock, and keep them until Ctrl-C.

    Parameters
    ----------
    json
        Print the addresses for machines, on one line, once everything answers.
    """
    settings = frame.settings()
    note("starting; the first start makes the databases and takes some twenty seconds")
    with stop_asked() as asked:
        async with whole_system(settings, _report) as standing:
            _welcome(standing, settings, json)
            await until(asked, standing.lost)
            note("stopping; a second Ctrl-C does not wait")
    note("stopped")
    return 0


def _welcome(standing: RunningSystem, settings: Settings, json: bool) -> None:
    places = {
        "prefect": standing.prefect,
        "web": standing.web,
        "inbox": standing.inbox,
        "maildir": str(standing.maildir),
    }
    if json:
        say(dumps(places))
        return
    say(f"Nurture runs {settings.project}")
    say(f"  Prefect UI   {standing.prefect}")
    say(f"  web app      {standing.web}")
    if standing.inbox:
        say(f"  local inbox  {standing.maildir} (nothing leaves this machine; SMTP at {standing.inbox})")
    else:
        say("  relay        NURTURE_SMTP_URL: mail leaves this machine")
    say("Ctrl-C stops it")


def _report(name: str, counts: Summary) -> None:
    if any(total(count) for count in counts.values()):
        note(f"{name}: {in_words(counts)}")
