"""The program `nurture`: finds and calls a command, and turns what it raises into a message."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from console.frame import Frame, note
from flows.work.repeats import Repeats
from nurture import __version__
from nurture.errors import NurtureError
from nurture.links.redaction import secrets_in, without_secrets

COMMANDS = {
    "init": ("console.init:init", "Begin a project, from the shelves that are shipped."),
    "check": ("console.check:check", "Find every fault in the project's files."),
    "schema": ("console.schema:schema", "Print the JSON Schemas that editors complete and check by."),
    "migrate": ("console.migrate:migrate", "Bring the store's schema to this version."),
    "apply": ("console.apply:apply", "Make the checked files the release that runs."),
    "import": ("console.imports:import_leads", "Bring in the leads of a CSV or JSON Lines file."),
    "run": ("console.run:run", "Run the flows: once, or minute by minute."),
    "up": ("console.up:up", "Start the whole system: store, inbox, web, Prefect server and clock."),
    "web": ("console.web:web", "Serve the pages that leads reach, and nothing else."),
    "why": ("console.why.command:why", "Tell one lead's story: every decision and its reason."),
    "pause": ("console.life:pause", "Stop a sequence's timers."),
    "resume": ("console.life:resume", "Let a paused or retired sequence go on."),
    "retire": ("console.life:retire", "End a sequence: everybody in it leaves."),
    "lead": ("console.lead.command:app", "Give out, erase or merge one person's record; find doubles."),
    "leads": ("console.leads:app", "List leads, or those whom sales should call first."),
    "cap": ("console.cap:cap", "Keep how often a lead wants to be written to."),
    "stage": ("console.stage:stage", "Put a lead to the stage that somebody knows of."),
    "score": (
        "console.score.command:app",
        "Explain a score, learn a card from outcomes, or try one on history.",
    ),
    "retention": ("console.retention:retention", "Look whose data is too old to be kept."),
    "audit": ("console.audit:audit", "List who did what to which lead, and when."),
    "suppress": ("console.suppress:suppress", "Never mail an address again, or lift that."),
    "clock": ("console.clock:app", "Show what a wrong clock left ahead, and bring it back."),
    "mailbox": ("console.mailbox:mailbox", "Read what came back: bounces, complaints, replies."),
    "aside": ("console.aside:app", "List what raised and was set aside; retry it or drop it."),
    "keys": ("console.keys:app", "Make, list and revoke the keys of the event API."),
    "events": ("console.events:app", "List events that were posted and that nobody knows."),
    "outbox": ("console.outbox.command:app", "List what was spoken, and settle what nobody knows."),
    "demo": ("console.demo.command:demo", "Run the whole engine on invented leads."),
}
"""Name -> where it lives, and one line for the help. A command is imported only when it is called."""

app = App(
    name="nurture",
    help="A lead-nurturing engine for teams that keep their marketing in git.",
    help_format="plaintext",
    version_flags=["--version"],
    version=__version__,
    default_parameter=Parameter(negative=()),
)
for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help)

KEYS = ("_SECRET_KEYS", "_KEY", "_PASSWORD", "_TOKEN")
"""Settings that are secrets as a whole."""
SHORTEST_KEY = 6


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    project: Annotated[Path | None, Parameter(name="--project")] = None,
    debug: Annotated[bool, Parameter(name="--debug")] = False,
) -> int:
    """Call the command that the tokens name.

    Parameters
    ----------
    project
        The project to work on; the one around the current folder when left out.
    debug
        Show the traceback of an error.
    """
    command, bound, wanted = app.parse_args(tokens, exit_on_error=False, print_error=False)
    if "frame" in wanted:
        bound.arguments["frame"] = Frame(project, debug)
    result: Any = command(*bound.args, **bound.kwargs)  # a command returns an exit code, None or a coroutine
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return result if isinstance(result, int) else 0


def main(tokens: list[str] | None = None) -> None:
    """The entry point: exits 0 for well, 1 for findings, 2 for misuse or failure."""
    sys.exit(call(sys.argv[1:] if tokens is None else tokens))


def call(tokens: list[str]) -> int:
    """Run one command line and return its exit code; errors go to stderr without a traceback."""
    debug = "--debug" in tokens
    _log_to_stderr(debug)
    try:
        return int(
            app.meta(tokens, exit_on_error=False, print_error=False, result_action="return_value") or 0
        )
    except CycloptsError as error:
        note(f"nurture: {error}\n  help: `nurture {_named(tokens)}--help` shows how it is written")
    except NurtureError as error:
        note(discreet(_shown(error, debug)))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at exit
    except Exception as error:  # whatever was not foreseen: a message, and no traceback without --debug
        note(discreet(_shown(error, debug)))
    return 2


def _log_to_stderr(debug: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("%(name)s: %(message)s"))
    if not debug:  # the runs' own logs are on the Prefect server, and what stops one is told by us
        handler.addFilter(lambda record: not record.name.startswith(("prefect", "apscheduler")))
    handler.addFilter(Repeats())
    logging.basicConfig(level=logging.INFO if debug else logging.WARNING, handlers=[handler])


class _Discreet(logging.Formatter):
    """Writes records, tracebacks too, without the secrets of our settings."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return discreet(super().format(record))


def discreet(text: str) -> str:
    """The text without the secrets of our settings: what a driver or a library says may repeat them."""
    held = {name: value for name, value in os.environ.items() if name.startswith(("NURTURE_", "PREFECT_"))}
    secrets = {one for value in held.values() if _has_parts(value) for one in secrets_in(value)}
    keys = [one.strip() for name, value in held.items() if name.endswith(KEYS) for one in value.split(",")]
    return without_secrets(text, secrets | {key for key in keys if len(key) >= SHORTEST_KEY})


def _has_parts(value: str) -> bool:
    return "://" in value or "password" in value


def _shown(error: Exception, debug: bool) -> str:
    if debug:
        original = getattr(error, "original", error)
        return "".join(traceback.format_exception(original)).rstrip()
    if isinstance(error, NurtureError):
        return f"nurture: {error}"
    return f"nurture: {type(error).__name__}: {error}\n  help: this is a fault of ours; --debug shows where"


def _named(tokens: list[str]) -> str:
    return next((f"{token} " for token in tokens if token in COMMANDS), "")


if __name__ == "__main__":
    main()
