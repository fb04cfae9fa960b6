"""The text part reads like a letter: margins, markers, links and code, straight from the Markdown."""

from __future__ import annotations

import pytest

from nurture.templates.markdown import parse_markdown
from nurture.templates.shelter import Shelter
from nurture.templates.text import to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# Head\n\nA *b* **c** `d`\\*\ne\\\nf", "Head\n\nA b c d* e\nf\n"),
        ("- a\n- b\n  - c\n\nEnd", "- a\n- b\n  - c\n\nEnd\n"),
        ("3. a\n4. b\n\n   more\n", "3. a\n\n4. b\n\n   more\n"),
        ("1. a\n2. b", "1. a\n2. b\n"),
        ("> a\n> b\n>\n> - c", "> a b\n\n> - c\n"),
        (
            "a\n\n---\n\n    code\n    more\n\n```\nx\n\ny\n```",
            "a\n\n---\n\n    code\n    more\n\n    x\n    \n    y\n",
        ),
        ("[a](https://example.com/x)", "a <https://example.com/x>\n"),
        ("<https://example.com/x>", "https://example.com/x\n"),
        ("[write](mailto:ann@example.com)", "write <ann@example.com>\n"),
        ("![A chart](https://example.com/x.png)", "A chart\n"),
        ("**[Go](https://example.com/x)**", "Go \u2192\nhttps://example.com/x\n"),
        ("<b>a</b> &amp; &copy;", "<b>a</b> & \u00a9\n"),
    ],
)
def test_markdown_as_text(source: str, text: str) -> None:
    """Each kind of Markdown has its plain form."""
    assert to_text(parse_markdown(source, Shelter.for_texts(source))) == text
