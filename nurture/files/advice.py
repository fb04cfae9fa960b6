"""Explains a line that YAML cannot read: the likely mistake in it, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LOOK_BACK = 3
"""How many lines above the one where the parser gave up may hold the cause."""
_QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u201a"
_BULLETS = "\u2022\u2013\u2014\u2212*\u25cf\u25aa\u00b7"
_KEY = r"[A-Za-z_][\w-]*+"
_OPENS_QUOTE = re.compile(r"(?::\s++|-\s++|[\[{,]\s*+)([\"'])")


class Advice(NamedTuple):
    """Where the cause is, what it is, and what to write instead."""

    line: int
    column: int
    width: int
    message: str
    hint: str


class _Rule(NamedTuple):
    """A mistake in one line: the caret goes under the group `at`, other groups go into the texts."""

    mistake: re.Pattern[str]
    message: str
    hint: str

    def advice(self, line: int, text: str) -> Advice | None:
        """What the rule says of this line, if its mistake is there."""
        found = self.mistake.match(text)
        if found is None:
            return None
        at = found["at"]
        words = found.groupdict("") | {"quoted": _quoted(at)}
        words["rest"] = _cut(words.get("rest", ""))
        message, hint = self.message.format(**words), self.hint.format(**words)
        return Advice(line, found.start("at") + 1, max(1, len(at.rstrip())), message, hint)


_RULES = (
    _Rule(
        re.compile(r"\A *+(?P<at>\t[ \t]*+)"),
        "a tab indents this line",
        "indent with spaces, two for each level",
    ),
    _Rule(
        re.compile(
            r"\A(?:(?![\u00a0\u2000-\u200b\u202f\u3000])\s)*+(?P<at>[\u00a0\u2000-\u200b\u202f\u3000]++)"
        ),
        "a blank that is none indents this line",
        "type the blanks again",
    ),
    _Rule(
        re.compile(rf"\A\s*+(?P<at>[{re.escape(_BULLETS)}])\s++(?P<rest>\S.*)"),
        "a list is not written with `{at}`",
        "write `- {rest}`",
    ),
    _Rule(
        re.compile(rf"\A\s*+(?!---)(?P<at>-(?P<rest>{_KEY}:?.*))"),
        "a dash without a blank",
        "write `- {rest}`, with a blank after the dash",
    ),
    _Rule(  # a value that begins with what YAML keeps for itself
        re.compile(rf"\A\s*+(?:- )?(?:{_KEY}:\s++)?(?P<at>(?P<sign>[%@`][^\s]|\{{\{{|\{{%|\[\[).*)"),
        "a text cannot begin with `{sign}`",
        "put it in quotes: {quoted}",
    ),
    _Rule(  # a word in brackets, which YAML reads as a list or a mapping
        re.compile(rf"\A\s*+(?:- )?{_KEY}:\s++(?P<at>(?:\[[^\]]*+\]|\{{[^}}]*+\}})\s*+[^\s#].*)"),
        "a text begins with a bracket",
        "put it in quotes: {quoted}",
    ),
    _Rule(
        re.compile(rf"\A[^{_QUOTES}\n]*+(?P<at>[{_QUOTES}]).*: "),
        "`{at}` is no quote to YAML",
        'write straight quotes: `"..."`',
    ),
    _Rule(
        re.compile(rf"\A\s*+(?:- )?(?P<key>{_KEY}):\s++(?P<at>[^\s\"'\[{{|>#].*?:(?:\s.*|\Z))"),
        "a text that holds `: ` stands without quotes",
        "put it in quotes: {key}: {quoted}",
    ),
    _Rule(
        re.compile(rf"\A\s*+(?:- )?\s*+(?P<at>(?P<key>{_KEY}):(?P<rest>[^\s:/].*))"),
        "a colon without a blank",
        "write `{key}: {rest}`",
    ),
    _Rule(
        re.compile(rf"\A\s*+(?:- )?(?P<at>(?P<key>{_KEY})\s*+=\s*+(?P<rest>[^=\s].*))"),
        "`=` in the place of a colon",
        "write `{key}: {rest}`",
    ),
    _Rule(
        re.compile(rf"\A\s*+(?:- )?(?P<at>(?P<key>{_KEY})\s++(?P<rest>[^\s:#][^:]*+))\Z"),
        "a colon is missing",
        "write `{key}: {rest}`",
    ),
)
"""The first rule that finds its mistake in one of the lines counts."""


def explain(lines: Sequence[str], line: int, message: str) -> Advice | None:
    """Answer the likeliest cause of the parser's message on or above that line, or None."""
    if "quoted scalar" in message:
        return _unclosed_quote(lines, line)
    nearest = [at for at in range(line, max(0, line - LOOK_BACK) - 1, -1) if 0 < at <= len(lines)]
    told = (advice for rule in _RULES for at in nearest if (advice := rule.advice(at, lines[at - 1])))
    return next(told, None) or _unclosed_bracket(lines, line) or _indented(lines, line)


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


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _cut(text: str) -> str:
    return text.strip()[:60]


def _quoted(text: str) -> str:
    mark = "'" if '"' in text else '"'
    return f"{mark}{_cut(text)}{mark}"
