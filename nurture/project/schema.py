"""JSON Schemas of the files marketers write, so that editors complete and check them while typing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core.core_schema import WithDefaultSchema

from nurture.conditions.fields import CORE_SIGNALS
from nurture.events.file import EventsFile
from nurture.project.book import Book
from nurture.project.catalog import CatalogFile
from nurture.project.policy import Policy
from nurture.scoring.file import ScoringFile
from nurture.sequences.file import VERBS, Arm, Case, LastCase, SequenceFile, WayOut

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors' YAML servers understand."""

_BEHIND = ("Age", "Again", "Cap", "Moment", "Rate", "Window")
"""Values that files write as text; pydantic lists their inner form as well."""

_ROOTS: Mapping[str, type[BaseModel]] = {
    "sequence": SequenceFile,
    "policy": Policy,
    "catalog": CatalogFile,
    "scoring": ScoringFile,
    "events": EventsFile,
}


def schemas(book: Book | None = None) -> dict[str, dict[str, Any]]:
    """Answer the draft-07 schema of each kind of file: sequence, policy, catalog, scoring, events.

    With a book, the sequence's schema also lists the project's own templates, topics and signal types.
    """
    parts: dict[str, list[type[BaseModel]]] = {"sequence": [*VERBS.values(), Case, LastCase, Arm, WayOut]}
    found = {name: _schema(model, parts.get(name, [])) for name, model in _ROOTS.items()}
    sequence = found["sequence"]
    definitions = sequence["definitions"]
    definitions["step"] = {
        "anyOf": [
            {"const": "end"},
            *({"$ref": f"#/definitions/{model.__name__}"} for model in VERBS.values()),
        ]
    }
    _list_known(sequence, definitions, book)
    return found


class _Draft07(GenerateJsonSchema):
    """Leaves defaults out: ours are spans and windows, which no file can hold in that form."""

    def default_schema(self, schema: WithDefaultSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def _schema(root: type[BaseModel], extra: list[type[BaseModel]]) -> dict[str, Any]:
    models: list[Any] = [(model, "validation") for model in (root, *extra)]
    _, whole = models_json_schema(models, ref_template="#/definitions/{model}", schema_generator=_Draft07)
    definitions = _untitled(whole["$defs"])
    head = definitions.pop(root.__name__)
    for name in _BEHIND:
        definitions.pop(name, None)
    return {"$schema": DRAFT, **head, "definitions": definitions}


def _untitled(schema: Any) -> Any:
    """Drop the titles pydantic makes of keys: they say nothing that the key does not."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(each) for key, each in schema.items() if key != "title" or not isinstance(each, str)
    }


def _list_known(sequence: dict[str, Any], definitions: dict[str, Any], book: Book | None) -> None:
    signals: Iterable[str] = book.catalog.vocabulary().signals if book else CORE_SIGNALS
    # Own signal types are allowed without a book: it alone knows them all.
    types = _one_of(signals, closed=book is not None)
    definitions["WayIn"]["properties"]["on"] = types
    definitions["WayOut"]["properties"]["on"] = types
    definitions["WaitForFile"]["properties"]["wait_for"] = types
    sequence["properties"]["goal"]["anyOf"][0] = types
    if book is not None:
        sequence["properties"]["topic"] = _one_of(book.catalog.topics, closed=True)
        definitions["SendFile"]["properties"]["send"] = _one_of(book.templates.names, closed=True)
        definitions["NotifyFile"]["properties"]["notify"] = _one_of(book.templates.names, closed=True)


def _one_of(names: Iterable[str], *, closed: bool) -> dict[str, Any]:
    known: dict[str, Any] = {"enum": sorted(names)}
    return known if closed else {"anyOf": [known, {"type": "string"}]}
