"""Tells an error that one item caused from an outage, and describes it without anybody's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import TracebackType

from nurture.errors import (
    MailboxError,
    NurtureError,
    ProjectError,
    RelayError,
    SettingError,
    StoreError,
    Unstorable,
)

OUTAGES = (OSError, ImportError, StoreError, ProjectError, SettingError, RelayError, MailboxError)
"""Errors that stop the work, because the next item would raise them as well."""
ROOMS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console")
DOOR = "leadstore.store"
"""It raises the errors of drivers again; the line that caused one is in another module."""
LONGEST = 300
NAMES = (TypeError, AttributeError, NameError)
"""They quote the names of types and attributes, which are the program's."""

_QUOTED = re.compile(r"(?<!\w)(?:'(?:[^'\\]|\\.){0,400}(?:'(?!\w)|$)|\"(?:[^\"\\]|\\.){0,400}(?:\"(?!\w)|$))")
_NAME = re.compile(r"['\"][A-Za-z_][A-Za-z0-9_. ]{0,60}['\"]")
_ADDRESS = re.compile(r"[^\s<>()'\",;:]{1,200}@[^\s<>()'\",;:]{1,200}")
_NUMBER = re.compile(r"\d{5,40}")


@dataclass(frozen=True, slots=True)
class Blame:
    """What an item raised: the type of the error, its words without anybody's values, and where."""

    error: str
    message: str
    place: str


def is_own(error: BaseException) -> bool:
    """Whether it is the fault of one item; an outage, a stop and a cancellation never are."""
    return isinstance(error, Unstorable) or (isinstance(error, Exception) and not isinstance(error, OUTAGES))


def blame(error: BaseException) -> Blame:
    """What to keep of an error that an item raised."""
    kind = type(error).__name__
    if isinstance(error, Unstorable) and error.cause:
        kind = error.cause
    return Blame(kind, _words(error), _place(error))


def in_words(error: BaseException) -> str:
    """One line on why an item failed: the message of an error of ours, that of any other without values."""
    if isinstance(error, NurtureError) and not isinstance(error, Unstorable):
        return error.message
    why = blame(error)
    return f"{why.error}: {why.message}" if why.message else why.error


def scrubbed(text: str, *, names: bool = False) -> str:
    """The first line without addresses, long numbers and whatever stands in quotes.

    `names` keeps what is quoted and can be the name of a type or an attribute.
    """
    line = next((one.strip() for one in text.splitlines() if one.strip()), "")[: LONGEST * 4]
    line = _ADDRESS.sub("…", line)
    line = _QUOTED.sub(lambda found: found[0] if names and _NAME.fullmatch(found[0]) else "…", line)
    return _NUMBER.sub("…", line)[:LONGEST]


def _words(error: BaseException) -> str:
    try:
        text = error.message if isinstance(error, NurtureError) else str(error)
    except Exception:  # an error whose text raises an error itself
        return ""
    names = isinstance(error, NAMES) or getattr(error, "cause", "") in [one.__name__ for one in NAMES]
    return scrubbed(text, names=names)


def _place(error: BaseException) -> str:
    """The innermost line of ours."""
    origin = error.__context__ if isinstance(error, Unstorable) and error.__context__ else error
    step: TracebackType | None = origin.__traceback__
    found = ""
    while step is not None:
        name = str(step.tb_frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] in ROOMS and name != DOOR:
            found = f"{name}:{step.tb_lineno} {step.tb_frame.f_code.co_name}"
        step = step.tb_next
    return found
