"""A tick whose Prefect server is killed half-way; run in a process of its own, it prints what was seen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from flows.processes.server import local_server
from leadstore.store import open_store
from nurture.errors import NurtureError
from outbound.smtp.pool import Relay
from tests.faults.cases import doubled, enter, message_ids, states
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import HOUR, TUESDAY
from tests.outbound.rogue import MisbehavingServer, Misdeed

LEADS = 30


async def lose_prefect(url: str, folder: Path) -> str:
    """Kill the server in the middle of a tick, try another tick without it, and one with a new server."""
    store = open_store(url)
    work = workshop(store, folder)
    work.apply(files("- send: hello"))
    enter(work, LEADS)
    slow = Misdeed("dot", wait=0.02)
    async with MisbehavingServer(slow) as server:
        async with Relay(f"smtp://127.0.0.1:{server.port}?starttls=never", 2) as relay:
            work.shop.relay = relay
            async with local_server(work.shop.settings, port=0):
                running = asyncio.create_task(_tick(work))
                while len(server.taken) < 5:
                    await asyncio.sleep(0.01)
                _kill_server()
                await running
                first = states(work)
                work.happens(work.lead("late"), "form.submitted", TUESDAY + HOUR)
                waited = await _tick(work)
                second = states(work)
            async with local_server(work.shop.settings, port=0):
                await _tick(work)
        seen = f"{first}; without a server {waited}: {second}; with a new one {states(work)}"
        seen += doubled(work, message_ids(server))
    store.close()
    return seen


async def _tick(work: Workshop) -> str:
    """One tick as Prefect runs it."""
    from flows.runs.conduct import conduct
    from flows.runs.options import TickOptions
    from flows.tick import tick

    try:
        await conduct(work.shop, tick, TickOptions(now=(TUESDAY + HOUR).isoformat()))
    except NurtureError as error:
        return f"the tick fails ({type(error).__name__})"
    except Exception:
        return "no tick begins"
    return "the tick goes on"


def _kill_server() -> None:
    """Kill -9 this process's own child."""
    for found in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(found.read_text().rpartition(")")[2].split()[1])
            command = (found.parent / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and b"flows.processes.child" in command:
            os.kill(int(found.parent.name), signal.SIGKILL)


if __name__ == "__main__":
    sys.stdout.write(f"SEEN {asyncio.run(lose_prefect(sys.argv[1], Path(sys.argv[2])))}\n")
