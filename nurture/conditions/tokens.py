"""Splits a condition into Jinja's tokens, each with its offset, and refuses those that no condition has."""

from __future__ import annotations

import re

from jinja2 import Environment, TemplateSyntaxError, nodes

from nurture.conditions.vocabulary import ConditionError, Spot
from nurture.texts import jinja

LONGEST = 2000
"""A condition of more characters is refused."""
DEEPEST = 20
"""How deep brackets may nest."""
MOST_PREFIXES = 60
"""How many `not` and minus signs a condition may hold."""

_ENVIRONMENT = Environment(autoescape=True)  # only its lexer is used
_SPACE = re.compile(r"\s")
_INSTEAD = {
    "&": "write `and`",
    "&&": "write `and`",
    "|": "write `or`",
    "||": "write `or`",
    "!": "write `not`",
    "=": "write `==`",
    "?": "conditions hold no `?`",
    "if": "write a `choose` step",
    "{": "write the expression alone, without braces",
    "{{": "write the expression alone, without braces",
    **{word: f"write `{word.lower()}`" for word in ("AND", "OR", "NOT", "And", "Or", "Not", "IN", "IS")},
    **dict.fromkeys(("und", "et"), "write `and`"),
    **dict.fromkeys(("oder", "ou"), "write `or`"),
    "<>": "write `!=`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019", 'write straight quotes: `"..."`'),
    "\u2265": "write `>=`",
    "\u2264": "write `<=`",
    "\u2260": "write `!=`",
}
_NEVER_OPERATORS = frozenset("+*/%~|:;{}") | {"**", "//"}
_NEVER_WORDS = frozenset({"if", "else", "recursive"})


def parse_expression(text: str) -> tuple[nodes.Expr, dict[int, str]]:
    """Parse one expression; every node's `lineno` is the offset of its token.

    Answers the expression and the tokens by their offsets. Raises ConditionError.
    """
    text = _SPACE.sub(" ", text)
    if len(text) > LONGEST:
        raise Spot(0).error(
            f"longer than {LONGEST} characters", "name a part of it as a segment in catalog.yaml"
        )
    tokens = _lexed(text)
    _refuse(tokens)
    words = {offset: word for offset, _, word in tokens}
    try:
        expression, left = jinja.parse(_ENVIRONMENT, text, tokens, conditional=False)
    except TemplateSyntaxError as error:
        raise _broken(error, text, words) from None
    if left.type != "eof":
        raise _unexpected(text, words, left.lineno)
    return expression, words


def _lexed(text: str) -> list[jinja.Lexeme]:
    try:
        return jinja.lex(_ENVIRONMENT, text)
    except TemplateSyntaxError as error:
        offset = error.lineno
    char = text[offset : offset + 1]
    if char in ("'", '"'):
        raise Spot(offset, len(text) - offset).error("the text is not closed", "close the quotes")
    raise Spot(offset).error(f"`{char}` is not understood", _INSTEAD.get(char, ""))


def _refuse(tokens: list[jinja.Lexeme]) -> None:
    depth = prefixes = 0
    for offset, kind, word in tokens:
        spot = Spot(offset, len(word))
        if (kind == "operator" and word in _NEVER_OPERATORS) or (kind == "name" and word in _NEVER_WORDS):
            raise spot.error(f"`{word}` is not available in conditions", _INSTEAD.get(word, ""))
        depth += (word in ("(", "[")) - (word in (")", "]"))
        prefixes += word in ("not", "-")
        if depth > DEEPEST or prefixes > MOST_PREFIXES:
            raise spot.error("nested too deeply", "name a part of it as a segment in catalog.yaml")


def _broken(error: TemplateSyntaxError, text: str, words: dict[int, str]) -> ConditionError:
    offset = min(error.lineno, len(text))
    if offset >= len(text):
        return Spot(max(0, len(text) - 1)).error("something is missing at the end")
    return _unexpected(text, words, offset)


def _unexpected(text: str, words: dict[int, str], offset: int) -> ConditionError:
    word = words.get(offset, text[offset : offset + 1])
    return Spot(offset, len(word)).error(f"`{word[:60]}` is not expected here", _INSTEAD.get(word, ""))
