"""The OpenAPI 3.1 document of the event API; its examples are posted by a test, as they stand here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""A part of the document: whatever JSON holds."""

_ID: Json = {
    "type": "string",
    "maxLength": 200,
    "description": "Names the item: posted again with the same id, it counts once.",
}
_AT: Json = {"type": "string", "format": "date-time", "description": "ISO 8601; without a zone it is UTC."}
_USER: Json = {
    "type": ["string", "integer"],
    "description": "Your own number of the user: the lead's key, or its address.",
}
_ANONYMOUS: Json = {
    "type": "string",
    "maxLength": 200,
    "description": "Whose address nobody knows yet; what it did counts once an identify names both.",
}
_CONTEXT: Json = {
    "type": "object",
    "description": "`locale` and `timezone` are read, `traits.email`, and what events.yaml names.",
}
_COMMON: Json = {
    "messageId": _ID,
    "userId": _USER,
    "anonymousId": _ANONYMOUS,
    "context": _CONTEXT,
    "timestamp": _AT,
    "originalTimestamp": _AT,
    "sentAt": {
        **_AT,
        "description": "When it was sent, by the sender's clock: the difference to ours is mended.",
    },
}
_PROPERTIES: Json = {"type": "object", "description": "What events.yaml says is taken; the rest is left."}
_EMAIL: Json = {"type": "string", "description": "An address that mail can be sent to."}


def _object(properties: Json, *required: str, closed: bool = False) -> Json:
    made = {"type": "object", "properties": properties, "required": list(required)}
    return {**made, "additionalProperties": False} if closed else made


_CONSENT = _object(
    {
        "topic": {"type": "string", "description": "Of catalog.yaml; `all` for a withdrawal of everything."},
        "state": {"enum": ["granted", "pending", "withdrawn"], "default": "granted"},
        "basis": {
            "enum": ["opt_in", "double_opt_in", "legitimate_interest", "imported"],
            "default": "opt_in",
        },
        "at": _AT,
        "proof": {"type": "string", "maxLength": 1000, "description": "Where and how it was given."},
    },
    "topic",
    closed=True,
)

SCHEMAS: Mapping[str, Json] = {
    "Identify": _object(
        {
            **_COMMON,
            "traits": {
                "type": "object",
                "description": "`email`, `firstName`, `lastName`, `company.name`, `title`, `phone`, "
                "`address.country`, and attributes of catalog.yaml by their names.",
            },
        }
    ),
    "Track": _object(
        {**_COMMON, "event": {"type": "string", "maxLength": 200}, "properties": _PROPERTIES}, "event"
    ),
    "Page": _object({**_COMMON, "name": {"type": "string", "maxLength": 200}, "properties": _PROPERTIES}),
    "Alias": _object({**_COMMON, "previousId": _ANONYMOUS}, "previousId", "userId"),
    "Group": _object({**_COMMON, "groupId": {"type": "string"}}),
    "Batch": _object(
        {
            "batch": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                    "type": "object",
                    "properties": {
                        "type": {"enum": ["identify", "track", "page", "screen", "alias", "group"]}
                    },
                    "required": ["type"],
                },
            },
            "context": _CONTEXT,
            "sentAt": _AT,
        },
        "batch",
    ),
    "Signal": _object(
        {
            "id": _ID,
            "type": {"type": "string", "description": "A signal type, as `asset.downloaded` or your own."},
            "email": _EMAIL,
            "key": {"type": "string", "maxLength": 200, "description": "The lead's key."},
            "anonymous": _ANONYMOUS,
            "at": _AT,
            "properties": {"type": "object", "description": "Those that the type declares, and no others."},
        },
        "type",
        closed=True,
    ),
    "Lead": _object(
        {
            "id": _ID,
            "email": _EMAIL,
            "key": {"type": "string", "maxLength": 200},
            "anonymous": _ANONYMOUS,
            "fields": {"type": "object", "description": "The profile, and attributes of catalog.yaml."},
            "consents": {"type": "array", "maxItems": 50, "items": _CONSENT},
        },
        closed=True,
    ),
    "Result": _object(
        {
            "id": {"type": "string"},
            "status": {
                "enum": ["accepted", "duplicate", "waiting", "unmapped", "ignored", "refused"],
                "description": "accepted: it is in the store. duplicate: it was there. waiting: it counts "
                "once an address is known. unmapped: events.yaml does not know the event; it was counted. "
                "ignored: there is nothing in it for us. refused: see `error` and `help`.",
            },
            "lead": {"type": "integer", "description": "The lead's id."},
            "code": {"enum": [403, 409, 422], "description": "Why it was refused, as an HTTP status."},
            "error": {"type": "string"},
            "note": {"type": "string"},
            "help": {"type": "string", "description": "What to do."},
            "remarks": {"type": "array", "items": {"type": "string"}, "description": "What was left out."},
        },
        "status",
    ),
    "Error": _object(
        {"success": {"const": False}, "error": {"type": "string"}, "help": {"type": "string"}},
        "success",
        "error",
    ),
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_ONE: Json = {
    "allOf": [_object({"success": {"type": "boolean"}}, "success"), _ref("Result")],
}
_MANY: Json = _object(
    {"success": {"const": True}, "results": {"type": "array", "items": _ref("Result")}}, "success", "results"
)
_REFUSALS: Mapping[str, str] = {
    "400": "No JSON, cut off, or nested too deeply.",
    "401": "No key, a wrong or ended one, or a signature that is not its.",
    "413": "Too large: a body of 2 MiB, 1,000 items.",
    "415": "Another type than JSON, or another encoding than gzip.",
    "429": "Too much in this minute: wait for as long as Retry-After says.",
    "503": "It could not be recorded: post it again, with the same ids.",
}
_ITEM_REFUSALS: Mapping[str, str] = {
    "403": "The key has no such scope, or may not post this signal type.",
    "409": "The id was another item's, or the key and the address are two leads'.",
    "422": "Something in it cannot be used; `error` says what, and `help` what to do.",
}
_HOW: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 180},
    "description": "Names items that have no id of their own.",
}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _post(summary: str, schema: Json, answer: Json, examples: Mapping[str, Any], *, items: bool) -> Json:
    refusals = {
        **_REFUSALS,
        **(_ITEM_REFUSALS if items else {"422": "There is no list in it, or nothing in the list."}),
    }
    named = {name: {"value": value} for name, value in examples.items()}
    return {
        "post": {
            "summary": summary,
            "parameters": [_HOW],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema, "examples": named}},
            },
            "responses": {
                "200": _answer("It is committed: nothing of it is lost any more.", answer),
                **{code: _answer(why, _ref("Error")) for code, why in sorted(refusals.items())},
            },
        }
    }


def _call(kind: str, summary: str, example: Json) -> Json:
    return _post(summary, _ref(kind), _ONE, {"one": example}, items=True)


_PATHS: Mapping[str, Json] = {
    "/identify": _call(
        "Identify",
        "Say who somebody is",
        {
            "messageId": "c-1",
            "userId": "u-1027",
            "anonymousId": "b7d2",
            "traits": {"email": "ada@lumen.example", "firstName": "Ada", "company": {"name": "Lumen"}},
        },
    ),
    "/track": _call(
        "Track",
        "Say what somebody did",
        {
            "messageId": "c-2",
            "userId": "u-1027",
            "event": "demo.requested",
            "timestamp": "2026-06-15T08:00:00Z",
        },
    ),
    "/page": _call(
        "Page",
        "Say which page somebody looked at",
        {"messageId": "c-3", "anonymousId": "b7d2", "properties": {"path": "/pricing"}},
    ),
    "/screen": _call(
        "Page", "The same in an app", {"messageId": "c-4", "anonymousId": "b7d2", "name": "Pricing"}
    ),
    "/alias": _call(
        "Alias",
        "Say that two names are one person",
        {"messageId": "c-5", "previousId": "b7d2", "userId": "u-1027"},
    ),
    "/group": _call(
        "Group", "Taken, and ignored", {"messageId": "c-6", "userId": "u-1027", "groupId": "g-1"}
    ),
    "/batch": _post(
        "Up to 1,000 of these calls; a result for each, in their order",
        _ref("Batch"),
        _MANY,
        {
            "two": {
                "batch": [
                    {"type": "identify", "messageId": "c-7", "traits": {"email": "bob@lumen.example"}},
                    {
                        "type": "track",
                        "messageId": "c-8",
                        "userId": "bob@lumen.example",
                        "event": "call.requested",
                    },
                ]
            }
        },
        items=False,
    ),
    "/signals": _post(
        "One signal or up to 1,000, in the engine's own words",
        {
            "anyOf": [
                _ref("Signal"),
                {"type": "array", "items": _ref("Signal"), "minItems": 1, "maxItems": 1000},
            ]
        },
        {"anyOf": [_ONE, _MANY]},
        {
            "one": {"id": "s-1", "type": "demo.requested", "email": "ada@lumen.example"},
            "many": [
                {"id": "s-2", "type": "page.visited", "key": "u-1027", "properties": {"page": "/pricing"}},
                {
                    "id": "s-3",
                    "type": "form.submitted",
                    "anonymous": "b7d2",
                    "properties": {"form": "contact"},
                },
            ],
        },
        items=True,
    ),
    "/leads": _post(
        "One lead or up to 1,000, in the engine's own words",
        {"anyOf": [_ref("Lead"), {"type": "array", "items": _ref("Lead"), "minItems": 1, "maxItems": 1000}]},
        {"anyOf": [_ONE, _MANY]},
        {
            "one": {
                "email": "ada@lumen.example",
                "key": "u-1027",
                "fields": {"first_name": "Ada", "country": "FR"},
            },
            "with consent": [
                {
                    "email": "eve@lumen.example",
                    "consents": [
                        {"topic": "guides", "basis": "opt_in", "proof": "https://lumen.example/form"}
                    ],
                }
            ],
        },
        items=True,
    ),
    "/leads/{lead}/why": {
        "get": {
            "summary": "A lead's story: scores, consents, touches, and the reason for each",
            "parameters": [
                {
                    "name": "lead",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                    "description": "Its id (`12` or `id:12`) or its key (`key:u-1027`); never an address.",
                    "example": "1",
                }
            ],
            "responses": {
                "200": _answer("What `nurture why --json` prints.", {"type": "object"}),
                "400": _answer("An address does not belong into a URL.", _ref("Error")),
                "401": _answer(_REFUSALS["401"], _ref("Error")),
                "403": _answer("The key has no scope `read`.", _ref("Error")),
                "404": _answer("There is no such lead.", _ref("Error")),
                "429": _answer("Too many requests without a good key.", _ref("Error")),
                "503": _answer("The store cannot be read just now.", _ref("Error")),
            },
        }
    },
    "/openapi.json": {
        "get": {
            "summary": "This document",
            "security": [],
            "responses": {"200": _answer("OpenAPI 3.1.", {"type": "object"})},
        }
    },
}

DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Nurture: events and leads",
        "version": "1",
        "description": "What other systems post and read. A key is made by `nurture keys new`. The calls "
        "identify, track, page and batch have the shape of Segment's HTTP Tracking API.",
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{"basic": []}, {"bearer": []}, {"signature": []}],
    "paths": _PATHS,
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {
            "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, no password."},
            "bearer": {"type": "http", "scheme": "bearer"},
            "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "webhook-signature",
                "description": "Standard Webhooks, with webhook-id and webhook-timestamp; ?key= says which.",
            },
        },
    },
}
"""The whole document, as /api/v1/openapi.json answers it."""
