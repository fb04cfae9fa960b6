"""A fault and how it is shown: as text with a caret, as JSON, or as GitHub annotations."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of one file. `line` and `column` count from 1; `width` is the caret's."""

    code: str
    message: str
    file: str
    line: int = 1
    column: int = 1
    width: int = 1
    help: str = ""
    severity: Literal["error", "warning"] = "error"
    source_line: str = field(default="", compare=False)


def as_warning(fault: Fault) -> Fault:
    """The same fault as something that is allowed, and probably not meant."""
    return replace(fault, severity="warning")


def suggest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Answer the known word that `word` most likely meant, or an empty string."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=likeness)
    if not close and (lowered := word.strip().lower()) != word:
        close = difflib.get_close_matches(lowered, names, n=1, cutoff=likeness)
    return close[0] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Answer a help line: the closest known word, else a short list of what is known."""
    names = sorted(known)
    if close := suggest(word, names):
        return f"did you mean `{close}`?"
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"known: {shown}{', ...' if len(names) > 12 else ''}" if names else ""


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Sort faults as a reader meets them: by file, line and column."""
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column, fault.code))


def render_text(faults: Sequence[Fault]) -> str:
    """Show each fault with its place, its line and a caret under what is wrong."""
    return "\n\n".join(_block(fault) for fault in in_order(faults))


def as_json(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Answer the faults as plain data, for machines; the keys are stable."""
    return [
        {
            "code": fault.code,
            "severity": fault.severity,
            "message": fault.message,
            "file": fault.file,
            "line": fault.line,
            "column": fault.column,
            "width": fault.width,
            "help": fault.help,
        }
        for fault in in_order(faults)
    ]


def render_github(faults: Sequence[Fault]) -> str:
    """Show the faults as GitHub workflow commands, one a line."""
    return "\n".join(_annotation(fault) for fault in in_order(faults))


def _block(fault: Fault) -> str:
    head = f"{fault.severity}[{fault.code}]: {fault.message}\n"
    gutter = " " * len(str(fault.line))
    text = f"{head}{gutter}--> {fault.file}:{fault.line}:{fault.column}"
    if fault.source_line:
        # Tabs before the caret are kept, so that it stands under its word in any terminal.
        lead = "".join("\t" if char == "\t" else " " for char in fault.source_line[: fault.column - 1])
        caret = "^" * max(1, min(fault.width, len(fault.source_line) - fault.column + 1))
        text += f"\n{gutter} |\n{fault.line} | {fault.source_line}\n{gutter} | {lead}{caret}"
    if fault.help:
        text += f"\n{gutter} = help: {fault.help}"
    return text


def _annotation(fault: Fault) -> str:
    message = f"{fault.message} ({fault.help})" if fault.help else fault.message
    place = f"file={_property(fault.file)},line={fault.line},col={fault.column}"
    return f"::{fault.severity} {place},title={fault.code}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
