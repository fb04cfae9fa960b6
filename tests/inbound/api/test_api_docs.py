"""docs/api.md: its calls are posted as they stand, its events.yaml is good, its words are the code's."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from jsonschema import Draft7Validator

from leadstore.store import Store
from nurture.events.map import read_events
from nurture.events.values import ItemFate, Scope
from nurture.files.source import load_yaml
from nurture.project.book import read_book
from nurture.project.schema import schemas
from tests.inbound.api.api_world import api, files

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
CALLS = re.findall(r"<!-- posted by a test -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
[EVENTS] = re.findall(r"```yaml events\n(.*?)```", PAGE, re.DOTALL)


async def test_every_call_of_the_page_works(store: Store) -> None:
    """In their order, as a reader types them."""
    async with api(store, project_files=files(EVENTS), why=lambda tx, lead_id: {"lead": lead_id}) as site:
        for call in CALLS:
            words = shlex.split(call)
            path = next(word for word in words if word.startswith("https://")).partition("/api/v1/")[2]
            if "-d" in words:
                answer = await site.post(path, json.loads(words[words.index("-d") + 1]))
            else:
                answer = await site.client.get(f"/api/v1/{path}")

            assert answer.status_code == 200, (call, answer.text)
            assert not {"refused", "unmapped"} & {one.get("status") for one in _results(answer.json())}
        assert len(CALLS) == 6
        assert len(site.signals()) == 4


def _results(told: dict[str, object]) -> list[dict[str, object]]:
    found = told.get("results", [told])
    assert isinstance(found, list)
    return found


def test_the_events_of_the_page_are_good() -> None:
    """For the check, and for the editor's schema."""
    book, faults = read_book(files(EVENTS))
    node, _ = load_yaml("events.yaml", EVENTS)

    assert [one for one in faults if one.severity == "error"] == []
    assert book is not None
    assert node is not None
    assert [one.message for one in Draft7Validator(schemas()["events"]).iter_errors(node.plain())] == []
    assert read_events(files(EVENTS)).meaning("pricing sheet opened") is not None


def test_the_page_lists_every_scope_and_every_status() -> None:
    """A word that is answered and not explained helps nobody."""
    assert [one for one in (*Scope, *ItemFate) if f"| `{one.value}` |" not in PAGE] == []
