"""Links as they are written: what leads nowhere is told, with what was probably meant."""

from __future__ import annotations

import pytest

from nurture.templates.written_links import HOLE, link_fault

GOOD = [
    "https://example.com", "http://a.example:8080/x?y#z", "https://b\u00fccher.example/", "https://localhost/x",
    "https://127.0.0.1/", "mailto:a@b.example?subject=x", "tel:+33123", "/below", "#part", f"{HOLE}/x",
    f"https://{HOLE}.example.com/", f"https://{HOLE}/x", f"mailto:{HOLE}", f"tel:{HOLE}", "cid:logo", "?x=1",
    "weird:thing",
]  # fmt: skip
BAD = {
    "": "https://...",
    "#": "https://...",
    "htps://x.example": "https://x.example",
    "htttp://x.example/a": "http://x.example/a",
    "www.x.example": "https://www.x.example",
    "example.com/path": "https://example.com/path",
    "//example.com": "https://example.com",
    "http:/x.example": "http://x.example",
    "https:x.example": "https://x.example",
    "https:///x.example": "https://x.example",
    "https://https://x.example": "https://x.example",
    "https://x": "https://www.example.com/",
    "https://x.example/a b": "https://x.example/a%20b",
    "mailto:": "mailto:sales@example.com",
    "mailto:sales": "mailto:sales@example.com",
    "mailtoo:a@b.example": "mailto:a@b.example",
    "sales@x.example": "mailto:sales@x.example",
    "tel:": "tel:+33...",
    "assets.guide.url": "{{ assets.guide.url }}",
    "guide.html": "https://...",
}


@pytest.mark.parametrize("link", GOOD)
def test_a_link_that_leads_somewhere_is_none_of_our_business(link: str) -> None:
    """Web sites, mail addresses, telephones, parts of the mail, and values of the lead."""
    assert link_fault(link) is None


@pytest.mark.parametrize(("link", "meant"), BAD.items(), ids=BAD.keys())
def test_a_link_that_leads_nowhere_is_told_with_what_was_meant(link: str, meant: str) -> None:
    """The help can be copied."""
    told = link_fault(link)

    assert told is not None
    assert meant in told[1]
