"""Keeps a lead's data out of Prefect: what leaves a flow as an error is said without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from nurture.errors import NurtureError

ADDRESS_LIKE = re.compile(r"[^\s<>()\[\]\"'`,;:=]+@[^\s<>()\[\]\"'`,;]+")


class FlowFault(NurtureError):
    """Something broke inside a flow; `original` is known to this process only, never to Prefect."""

    def __init__(self, message: str, original: Exception) -> None:
        super().__init__(message, hint="run `nurture --debug run --once` to see the whole of it")
        self.original = original


def scrub(text: str) -> str:
    """The text with everything that looks like an address replaced."""
    return ADDRESS_LIKE.sub("<address>", text)


@contextmanager
def sealed(flow: str) -> Iterator[None]:
    """Let no lead's data leave the block in an error: Prefect stores messages and tracebacks.

    Our own errors keep their kind, with addresses scrubbed. Of any other only its kind and place are told,
    because a driver's message may quote a row.

    Raises:
        FlowFault: something unforeseen broke.
    """
    try:
        yield
    except NurtureError as error:
        error.message, error.hint = scrub(error.message), scrub(error.hint)
        error.args = (error.message,)
        raise error from None
    except Exception as error:
        raise FlowFault(f"{flow}: {type(error).__name__} at {_place(error)}", error) from None


def _place(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
