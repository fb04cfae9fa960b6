"""Keeps a lead's data out of Prefect: errors leave a flow without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from nurture.errors import NurtureError

ADDRESS_LIKE = re.compile(r"(?<![^\s@<>()\[\]\"'`,;:=])[^\s@<>()\[\]\"'`,;:=]+@[^\s<>()\[\]\"'`,;]+")


class FlowFault(NurtureError):
    """What stopped a flow, said without a lead's data. `original` never leaves this process."""

    def __init__(self, message: str, hint: str = "", original: Exception | None = None) -> None:
        super().__init__(message, hint=hint)
        self.original = original

    def __reduce__(self) -> tuple[type[FlowFault], tuple[str, str]]:
        # Prefect pickles the exception of a failed run into its storage, even with persist_result=False.
        return FlowFault, (self.message, self.hint)


def unsealed(fault: FlowFault) -> Exception:
    """What to raise in the process of the fault: our own error as it was, else the sealed one."""
    return fault.original if isinstance(fault.original, NurtureError) else fault


def scrub(text: str) -> str:
    """The text with everything that looks like an address replaced."""
    return ADDRESS_LIKE.sub("<address>", text)


@contextmanager
def sealed(flow: str) -> Iterator[None]:
    """Let no lead's data leave the block in an error: Prefect stores messages, tracebacks and exceptions.

    Of our own errors the message is told, with addresses scrubbed. Of any other only its kind and place,
    because a driver's message may quote a row.

    Raises:
        FlowFault: something stopped the flow.
    """
    try:
        yield
    except NurtureError as error:
        raise FlowFault(scrub(error.message), scrub(error.hint), error) from None
    except Exception as error:
        what = f"{flow}: {type(error).__name__} at {_place(error)}"
        raise FlowFault(what, "run `nurture run --once --debug` to see the whole of it", error) from None


def _place(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
