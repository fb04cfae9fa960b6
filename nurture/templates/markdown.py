"""Turns a template's Markdown into HTML and into plain text, with its tags still hidden."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from nurture.templates.shelter import Hidden, Shelter

TAG = "jinja_tag"
BUTTON = "button"

Misplaced = tuple[str, Hidden]
"""What is wrong with a block tag, and the tag."""


def parse_markdown(text: str, shelter: Shelter) -> list[Token]:
    """Answer the tokens of a text. HTML in it stays text; each hidden block tag is a token of its own."""
    markdown = MarkdownIt("commonmark", {"html": False})
    after: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    markdown.block.ruler.before("code", TAG, _tag_rule(shelter), after)
    return _draw_loops_into_lists(_draw_buttons(markdown.parse(text)), shelter)


def to_html(tokens: Sequence[Token]) -> str:
    """Answer the HTML of the tokens; block tags stand in it as comments."""
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.add_render_rule(TAG, _render_tag)
    markdown.add_render_rule(BUTTON, _render_button)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def misplaced_tags(tokens: Sequence[Token], shelter: Shelter, text: str) -> list[Misplaced]:
    """Answer the block tags that Markdown swallowed, and those whose partner stands in another part."""
    seen = {token.content for token in tokens if token.type == TAG}
    swallowed = [word for word in shelter.order(text) if word in shelter.tags and word not in seen]
    if swallowed:
        return [
            ("this tag stands inside a paragraph or a block of code", shelter.tags[word])
            for word in swallowed
        ]
    return _parted(tokens, shelter)


def pictures_without_alt(tokens: Sequence[Token]) -> list[int]:
    """Answer the lines (from 0) on which a picture has no alternative text."""
    return [
        token.map[0]
        for token in tokens
        if token.map
        for child in token.children or ()
        if child.type == "image" and not child.content.strip()
    ]


def _tag_rule(shelter: Shelter) -> Callable[[StateBlock, int, int, bool], bool]:
    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        word = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
        if not shelter.is_tag(word):
            return False
        if not silent:
            state.line = start + 1
            token = state.push(TAG, "", 0)
            token.content, token.map = word, [start, start + 1]
        return True

    return rule


def _parted(tokens: Sequence[Token], shelter: Shelter) -> list[Misplaced]:
    """Partners must be in the same elements, or leaving out what is between them would break an element."""
    found: list[Misplaced] = []
    around: list[Token] = []
    opened: list[tuple[Token, ...]] = []
    for token in tokens:
        if token.nesting == 1:
            around.append(token)
        elif token.nesting == -1:
            around.pop()
        elif token.type == TAG:
            tag = shelter.tags[token.content]
            if tag.word in ("if", "for"):
                opened.append(tuple(around))
            elif tag.word != "set" and opened:
                home = opened.pop() if tag.word.startswith("end") else opened[-1]
                if home != tuple(around):
                    found.append(("this tag and its partner stand in different lists or quotes", tag))
    return found


def _draw_buttons(tokens: Sequence[Token]) -> list[Token]:
    """Replace each paragraph that is nothing but one bold link by a button."""
    drawn: list[Token] = []
    for token in tokens:
        link = _bold_link(token) if drawn and drawn[-1].type == "paragraph_open" else None
        if link is not None:
            drawn.pop()
            button = Token(BUTTON, "", 0, content=token.content, map=token.map, children=link)
            drawn.append(button)
        elif not (token.type == "paragraph_close" and drawn[-1].type == BUTTON):
            drawn.append(token)
    return drawn


def _bold_link(token: Token) -> list[Token] | None:
    """The link's tokens without the bold around them, or None."""
    children = [child for child in token.children or () if child.type != "text" or child.content]
    kinds = [child.type for child in children]
    alone = kinds[:2] == ["strong_open", "link_open"] and kinds[-2:] == ["link_close", "strong_close"]
    return (
        children[1:-1]
        if alone and kinds.count("link_open") == 1 and kinds.count("strong_open") == 1
        else None
    )


def _draw_loops_into_lists(tokens: Sequence[Token], shelter: Shelter) -> list[Token]:
    """Move a loop around one whole list inside it, so that its turns make one list, not many."""
    drawn = list(tokens)
    for at, token in enumerate(tokens):
        if token.type == TAG and shelter.tags[token.content].word == "for":
            last = _end_of_list(tokens, at + 1)
            partner = tokens[last + 1] if last else None
            if partner and partner.type == TAG and shelter.tags[partner.content].word == "endfor":
                drawn[at], drawn[at + 1] = drawn[at + 1], drawn[at]
                drawn[last], drawn[last + 1] = drawn[last + 1], drawn[last]
    return drawn


def _end_of_list(tokens: Sequence[Token], first: int) -> int:
    """Where the list that begins at `first` ends, or 0 when no list begins there."""
    if tokens[first].type not in ("bullet_list_open", "ordered_list_open"):
        return 0
    level, close = tokens[first].level, tokens[first].type.replace("open", "close")
    return next(
        at for at in range(first, len(tokens)) if tokens[at].type == close and tokens[at].level == level
    )


def _render_tag(
    self: Any, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    return f"<!--{tokens[at].content}-->\n"


def _render_button(
    self: Any, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    """A table cell with its own background: Outlook draws no padding and no background on links."""
    children = tokens[at].children or []
    children[0].attrSet("class", "button-link")
    link = self.renderInline(children, options, env)
    return (
        '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0">'
        f'<tr><td class="button-cell" align="center">{link}</td></tr></table>\n'
    )
