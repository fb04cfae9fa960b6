"""Writes the plain-text part of a mail from its Markdown, with its tags still hidden."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from nurture.templates.markdown import BUTTON, TAG

_QUIET = {"strong_open", "strong_close", "em_open", "em_close"}


def to_text(tokens: Sequence[Token]) -> str:
    """Answer the tokens as a mail reads in plain text: links in angle brackets, buttons on two lines."""
    writer = _Writer()
    for token in tokens:
        writer.take(token)
    return "\n".join(writer.lines).strip("\n") + "\n"


class _Writer:
    """Takes Markdown tokens one by one and keeps the margin they stand in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.margins: list[str] = []
        self.numbers: list[int | None] = []  # per open list: the next number, or None for bullets
        self.marker = ""  # of the list item that has no line yet

    def take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.numbers.append(int(token.attrGet("start") or 1) if token.tag == "ol" else None)
            case "list_item_open":
                self._open_item()
            case "blockquote_open":
                self.margins.append("> ")
            case "list_item_close" | "blockquote_close":
                self.margins.pop()
            case "bullet_list_close" | "ordered_list_close":
                self.numbers.pop()
                self._gap()
            case "paragraph_close" | "heading_close":
                if not token.hidden:
                    self._gap()
            case _:
                self._write(token)

    def _write(self, token: Token) -> None:
        if token.type == TAG:
            self.lines.append(token.content)
        elif token.type == "inline":
            self._block(inline_text(token.children or ()))
        elif token.type == BUTTON:
            link = token.children or []
            self._block(f"{inline_text(link[1:-1])} \u2192\n{_address(link[0])}")
            self._gap()
        elif token.type == "hr":
            self._block("---")
            self._gap()
        elif token.type in ("fence", "code_block"):
            self._block("\n".join(f"    {line}" for line in token.content.rstrip("\n").split("\n")))
            self._gap()

    def _open_item(self) -> None:
        number = self.numbers[-1]
        self.marker = "- " if number is None else f"{number}. "
        self.numbers[-1] = None if number is None else number + 1
        self.margins.append(" " * len(self.marker))

    def _block(self, text: str) -> None:
        margin = "".join(self.margins)
        for line in text.split("\n"):
            start = margin[: len(margin) - len(self.marker)] + self.marker if self.marker else margin
            self.lines.append(start + line)
            self.marker = ""

    def _gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")


def inline_text(children: Sequence[Token]) -> str:
    """Answer a paragraph's words: `text <url>` for links, the alternative text for pictures."""
    words: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            links.append((_address(child), len(words)))
        elif child.type == "link_close":
            url, first = links.pop()
            words.append(f" <{url}>" if "".join(words[first:]) != url else "")
        elif child.type in ("softbreak", "hardbreak"):
            words.append("\n" if child.type == "hardbreak" else " ")
        elif child.type not in _QUIET:
            words.append(child.content)
    return "".join(words)


def _address(link: Token) -> str:
    return str(link.attrGet("href")).removeprefix("mailto:")
