"""The names a template may use: what the sender gives it, and what catalog.yaml declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from nurture.values import PROFILE_FIELDS

Shape = Mapping[str, Any]
"""Names and what they hold in turn; an empty shape is a plain value, None is not looked into."""

PLAIN: Shape = {}
ALWAYS_KNOWN = ("id", "email", "stage", "fit", "engagement", "grade", "heat")
"""Lead fields that are never unknown."""

_ASSET = ("title", "url", "funnel")
_WEBINAR = ("title", "starts_at", "length", "register_url", "join_url", "replay_url")


class Declared(Protocol):
    """The part of a catalogue that templates refer to."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Lead attributes by name."""
        ...

    @property
    def assets(self) -> Mapping[str, Any]:
        """Assets by id."""
        ...

    @property
    def webinars(self) -> Mapping[str, Any]:
        """Webinars by name."""
        ...


def lead_fields(declared: Declared | None) -> frozenset[str]:
    """Answer every lead field that a template may name; the ones a lead lacks are none."""
    attributes: Iterable[str] = declared.attributes if declared else ()
    return frozenset([*PROFILE_FIELDS, *ALWAYS_KNOWN, "key", *attributes])


def known_names(declared: Declared | None) -> dict[str, Any]:
    """Answer the shape of the context. Without a catalogue, what it declares is not looked into."""
    names: dict[str, Any] = {
        "lead": _plain(lead_fields(declared)) if declared else None,
        "asset": _plain(_ASSET),
        "assets": {name: _plain(_ASSET) for name in declared.assets} if declared else None,
        "webinars": {name: _plain(_WEBINAR) for name in declared.webinars} if declared else None,
        "webinar": _plain(("name", *_WEBINAR)),
        "sequence": _plain(("name", "title")),
        "company": _plain(("name", "postal_address", "website", "country")),
        "sender": _plain(("name", "address", "reply_to")),
        "handoff": None,
        "brief": None,
    }
    return names | _plain(("because", "unsubscribe_url", "public_url", "language", "subject", "preheader"))


def _plain(names: Iterable[str]) -> dict[str, Shape]:
    return dict.fromkeys(names, PLAIN)
