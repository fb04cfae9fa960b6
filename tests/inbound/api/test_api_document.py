"""The OpenAPI document: valid, complete, and its examples do what it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from inbound.web.api.desk import ApiDesk
from inbound.web.api.openapi import DOCUMENT
from inbound.web.api.routes import ROOT, api_routes
from leadstore.store import Store, open_store
from nurture.events.segment import KINDS
from tests.inbound.api.api_world import ROOT_SECRET, Poster, api
from tests.nurture.events.test_nurture_events_segment import JSON

POSTS = [path for path, said in DOCUMENT["paths"].items() if "post" in said]
EXAMPLES = [
    (path, name, one["value"])
    for path in POSTS
    for name, one in DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ].items()
]


def resolved(schema: Any) -> dict[str, Any]:
    """A schema with the document's own definitions at hand."""
    return {**schema, "components": DOCUMENT["components"]}


def test_it_says_what_openapi_wants() -> None:
    """Version, title, paths, and an answer for each operation."""
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for said in DOCUMENT["paths"].values():
        for operation in said.values():
            assert "200" in operation["responses"]
            assert all("description" in one for one in operation["responses"].values())


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_each_schema_is_one(name: str) -> None:
    """Of JSON Schema 2020-12, as OpenAPI 3.1 uses it."""
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_every_address_is_documented_and_none_that_is_not_there(sqlite_url: str) -> None:
    """The document and the routes are one list."""
    store = open_store(sqlite_url)
    paths = {route.path.removeprefix(ROOT) for route in api_routes(ApiDesk(store, [ROOT_SECRET]))}
    store.close()

    assert paths - {"/api/{rest:path}"} == set(DOCUMENT["paths"])


async def test_it_is_served_to_everybody(store: Store) -> None:
    """Whoever writes a client needs no key to read it."""
    async with api(store, "") as site:
        answer = await site.client.get("/api/v1/openapi.json")

        assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")


async def test_every_example_is_taken_as_it_stands(store: Store) -> None:
    """In their order; what is asked for, and what is answered, is as the schemas say."""
    async with api(store) as site:
        for path, name, value in EXAMPLES:
            said = DOCUMENT["paths"][path]["post"]
            asked = said["requestBody"]["content"]["application/json"]["schema"]
            answer = await site.post(path.removeprefix("/"), value)
            told = answer.json()

            assert answer.status_code == 200, (path, name, told)
            Draft202012Validator(resolved(asked)).validate(value)
            answered = said["responses"]["200"]["content"]["application/json"]["schema"]
            Draft202012Validator(resolved(answered)).validate(told)
            assert "refused" not in [one.get("status") for one in told.get("results", [told])], (
                path,
                name,
                told,
            )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=JSON)
async def test_no_garbage_makes_the_api_fail(garbage: Poster, item: Any) -> None:
    """Whatever JSON is posted to whatever address is taken or refused, never answered by 5xx."""
    for path in (*KINDS, "batch", "signals", "leads"):
        for body in (item, [item], {"batch": [item], "context": item, "sentAt": item}):
            answer = await garbage.post(path, body)

            assert answer.status_code < 500, (path, body, answer.text)


@pytest.fixture
async def garbage(sqlite_url: str) -> Any:
    """One API for all that is thrown at it."""
    store = open_store(sqlite_url)
    async with api(store) as site:
        site.desk._fresh = 3600.0
        yield site
    store.close()
