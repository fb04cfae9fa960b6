"""docs/templates.md tells the truth: its samples render, its filters and faults are all there are."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from nurture.templates.render import compile_templates
from nurture.templates.sandbox import FILTERS, OWN_FILTERS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```jinja\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(LAYOUT,) = re.findall(r"^```html\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HEAD = "---\nsubject: A subject\npurpose: service\n---\n"
CATALOG = SimpleNamespace(attributes={}, assets={"security-guide": 1}, webinars={"live-review": 1})


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples_render(sample: str) -> None:
    """Each sample passes check and renders for a lead of which nothing is known."""
    files = {
        "templates/layout.html.j2": LAYOUT,
        "templates/footer.md.j2": "{{ company.name }}",
        "templates/sample.md.j2": sample if sample.startswith("---") else HEAD + sample,
    }
    templates, faults = compile_templates(files, CATALOG)
    context = {
        "company": {"name": "Verrou"},
        "sender": {"name": "Marion"},
        "asset": {"title": "Guide", "url": "https://example.com/guide"},
        "webinars": {"live-review": {"starts_at": datetime(2027, 1, 21, tzinfo=UTC)}},
    }

    assert faults == []
    assert templates.render("sample", "en", context).text.endswith("-- \nVerrou\n")


@pytest.mark.parametrize("name", [*FILTERS, *OWN_FILTERS])
def test_every_filter_is_named(name: str) -> None:
    """A filter that works is a filter that the page tells of."""
    assert re.search(rf"[`| ]{name}[`(]", PAGE)


def test_every_fault_is_explained() -> None:
    """The table has the codes that the source has, no more and no less."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "nurture").rglob("*.py"))

    assert set(re.findall(r"NUR4\d\d", sources)) == set(re.findall(r"NUR4\d\d", PAGE))
