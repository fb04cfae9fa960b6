"""Jinja's lexer and parser for a single expression, with the offset of every token.

Jinja keeps lines and no columns. The parser copies the line of a token into its nodes. With the offset of the
token in that place, every node and every syntax error has one, as `lineno`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

Lexeme = tuple[int, str, str]
"""Offset, kind and text of a token."""


def lex(environment: Environment, text: str) -> list[Lexeme]:
    """Split an expression, without white space; raises jinja2.TemplateSyntaxError at an offset."""
    found: list[Lexeme] = []
    offset = 0
    try:
        for _, kind, word in environment.lexer.tokeniter(text, None, state="variable"):
            if kind != "whitespace":
                found.append((offset, kind, word))
            offset += len(word)
    except TemplateSyntaxError as error:
        error.lineno = offset
        raise
    return found


def parse(
    environment: Environment, text: str, lexemes: Sequence[Lexeme], *, conditional: bool = True
) -> tuple[nodes.Expr, Token]:
    """The tree of an expression, and the token after it; raises jinja2.TemplateSyntaxError at an offset."""

    def tokens() -> Iterator[Token]:
        yield from environment.lexer.wrap(lexemes)
        yield Token(len(text), "eof", "")

    parser = Parser(environment, "", state="variable")
    parser.stream = TokenStream(tokens(), None, None)
    return parser.parse_expression(with_condexpr=conditional), parser.stream.current
