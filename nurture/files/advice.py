"""Tells what was probably meant by a line that YAML cannot read, as somebody who knows it would."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

LOOK_BACK = 3
"""How many lines above the one where the parser gave up may hold the cause."""
_QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u201a"
_BULLETS = "\u2022\u2013\u2014\u2212*\u25cf\u25aa\u00b7"
_KEY = r"[A-Za-z_][\w-]*"
_TABBED = re.compile(r"\A *+(\t[ \t]*+)")
_WIDE = re.compile(r"\A(?:(?![\u00a0\u2000-\u200b\u202f\u3000])\s)*+([\u00a0\u2000-\u200b\u202f\u3000]++)")
_OPENS_QUOTE = re.compile(r"(?::\s++|-\s++|[\[{,]\s*+)([\"'])")


class Advice(NamedTuple):
    """Where the cause is, what it is, and what to write instead."""

    line: int
    column: int
    width: int
    message: str
    hint: str


def explain(lines: Sequence[str], line: int, message: str) -> Advice | None:
    """Answer the likeliest cause of the parser's message on or above that line, or None."""
    if "quoted scalar" in message:
        return _unclosed_quote(lines, line)
    nearest = [at for at in range(line, max(0, line - LOOK_BACK) - 1, -1) if 0 < at <= len(lines)]
    told = (advice for rule in _RULES for at in nearest if (advice := rule(at, lines[at - 1])))
    return next(told, None) or _unclosed_bracket(lines, line) or _indented(lines, line)


def _tab(at: int, text: str) -> Advice | None:
    found = _TABBED.match(text)
    return (
        _here(at, found, "a tab indents this line", "indent with spaces, two for each level")
        if found
        else None
    )


def _wide_blank(at: int, text: str) -> Advice | None:
    found = _WIDE.match(text)
    return (
        _here(at, found, "a blank that is none indents this line", "type the blanks again") if found else None
    )


def _bullet(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*([{re.escape(_BULLETS)}])\s+(\S.*)", text)
    return (
        _here(at, found, f"a list is not written with `{found[1]}`", f"write `- {_cut(found[2])}`")
        if found
        else None
    )


def _dash(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*(-({_KEY}:?.*))", text)
    if not found or found[1].startswith("---"):
        return None
    return _here(
        at, found, "a dash without a blank", f"write `- {_cut(found[2])}`, with a blank after the dash"
    )


def _tight_colon(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*(?:- )?\s*(({_KEY}):([^\s:/].*))$", text)
    if not found:
        return None
    return _here(at, found, "a colon without a blank", f"write `{found[2]}: {_cut(found[3])}`")


def _equals(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*(?:- )?(({_KEY})\s*=\s*([^=\s].*))$", text)
    return (
        _here(at, found, "`=` in the place of a colon", f"write `{found[2]}: {_cut(found[3])}`")
        if found
        else None
    )


def _no_colon(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*(?:- )?(({_KEY})\s+([^\s:#][^:]*))$", text)
    if not found:
        return None
    return _here(at, found, "a colon is missing", f"write `{found[2]}: {_cut(found[3])}`")


def _start(at: int, text: str) -> Advice | None:
    """A value that begins with what YAML keeps for itself."""
    found = re.match(rf"\s*(?:- )?(?:{_KEY}:\s+)?([%@`][^\s].*|\{{\{{.*|\{{%.*|\[\[.*)$", text)
    if not found:
        return None
    message = f"a text cannot begin with `{found[1][:2].rstrip()}`"
    return _here(at, found, message, f"put it in quotes: {_quoted(found[1])}")


def _bracketed(at: int, text: str) -> Advice | None:
    """A text that begins with a word in brackets, which YAML reads as a list or a mapping."""
    found = re.match(rf"\s*(?:- )?{_KEY}:\s+((?:\[[^\]]*\]|\{{[^}}]*\}})\s*[^\s#].*)$", text)
    return found and _here(
        at, found, "a text begins with a bracket", f"put it in quotes: {_quoted(found[1])}"
    )


def _curly(at: int, text: str) -> Advice | None:
    found = re.search(rf"([{_QUOTES}]).*: ", text)
    if not found:
        return None
    return _here(at, found, f"`{found[1]}` is no quote to YAML", 'write straight quotes: `"..."`')


def _colon_inside(at: int, text: str) -> Advice | None:
    found = re.match(rf"\s*(?:- )?({_KEY}):\s+([^\s\"'\[{{|>#].*?:(?:\s.*)?)$", text)
    if not found:
        return None
    start = found.start(2) + 1
    hint = f"put it in quotes: {found[1]}: {_quoted(found[2])}"
    return Advice(at, start, len(found[2].rstrip()), "a text that holds `: ` stands without quotes", hint)


_RULES: tuple[Callable[[int, str], Advice | None], ...] = (
    _tab, _wide_blank, _bullet, _dash, _start, _bracketed, _curly, _colon_inside, _tight_colon, _equals,
    _no_colon,
)  # fmt: skip


def _unclosed_quote(lines: Sequence[str], line: int) -> Advice | None:
    """The last line, from where the parser gave up, whose quotes do not pair."""
    for at in range(min(line, len(lines)), 0, -1):
        text = lines[at - 1]
        found = _OPENS_QUOTE.search(text)
        if found and text.count(found[1]) % 2:
            column = found.start(1) + 1
            hint = f"close them: end the text with `{found[1]}`"
            return Advice(at, column, len(text.rstrip()) - column + 1, "quotes that are not closed", hint)
    return None


def _unclosed_bracket(lines: Sequence[str], line: int) -> Advice | None:
    """The nearest line above with more brackets open than closed."""
    for at in range(min(line, len(lines)), max(0, line - 12), -1):
        text = lines[at - 1]
        for opened, closed in (("{", "}"), ("[", "]")):
            if text.count(opened) > text.count(closed):
                column = text.index(opened) + 1
                hint = f"close it with `{closed}`"
                return Advice(at, column, len(text.rstrip()) - column + 1, f"`{opened}` is not closed", hint)
            if text.count(opened) < text.count(closed):
                column = text.rindex(closed) + 1
                return Advice(at, column, 1, f"`{closed}` closes nothing", "remove it, or open it before")
    return None


def _indented(lines: Sequence[str], line: int) -> Advice | None:
    """A line that starts in another column than its neighbours above."""
    mine = _indent(lines[line - 1])
    above = [
        _indent(text)
        for text in reversed(lines[: line - 1])
        if text.strip() and not text.lstrip().startswith("#")
    ]
    if not above or mine in above[:1]:
        return None
    near = min(above[:6], key=lambda one: abs(one - mine))
    message = f"this line begins in column {mine + 1}, which fits no line above"
    return Advice(line, 1, max(1, mine), message, f"indent it by {near} blanks, like its neighbours")


def _here(at: int, found: re.Match[str] | None, message: str, hint: str) -> Advice | None:
    return found and Advice(at, found.start(1) + 1, max(1, len(found[1].rstrip())), message, hint)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _cut(text: str) -> str:
    return text.strip()[:60]


def _quoted(text: str) -> str:
    mark = "'" if '"' in text else '"'
    return f"{mark}{_cut(text)}{mark}"
