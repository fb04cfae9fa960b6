"""Shows a URL without its secrets, and removes them from a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, unquote_plus

_PLACE = re.compile(r"(?:[\w.%-]+|\[[0-9A-Fa-f:.%\w]+\])?(?::\d+)?(?:,[\w.-]+(?::\d+)?)*(?:/.*)?")
"""Hosts with their ports, and a path."""
_WORD = re.compile(r"\b(\w++)\s*+=\s*+('(?:[^'\\]|\\.)*+'|\S++)")
"""One word of a libpq connection string."""
_OPEN = frozenset({"host", "hostaddr", "port", "dbname", "user", "sslmode", "starttls", "connect_timeout"})
"""Options whose values are no secret; a misspelt or unknown one may hold one."""
_SHORTEST = 3
"""Characters from which on a value is taken out of a text: a shorter one would take half its words."""
HIDDEN = "***"


def shown_url(url: str) -> str:
    """Scheme, host, port and path; never the user, the password or an option. What is in doubt is left out.

    A connection string of libpq (`host=... password=...`) shows its host, port and database.
    """
    scheme, found, rest = url.strip().partition("://")
    if not found:
        words = dict(_WORD.findall(url))
        return " ".join(f"{name}={words[name]}" for name in ("host", "port", "dbname") if name in words)
    place, _, options = rest.partition("?")
    place = place.partition("#")[0] if not place.startswith("/") else place
    if not place.startswith("/"):  # a path of this machine may hold an @, and has no user before it
        # Not quoted, a password may hold what ends it: of two readings, none is shown.
        if place.count("@") > 1 or ("@" in options and ":" in place and "@" not in place):
            return f"{scheme}://{HIDDEN}"
        place = place.rpartition("@")[2]
    return f"{scheme}://{place if _PLACE.fullmatch(place) else HIDDEN}"


def secrets_in(url: str) -> frozenset[str]:
    """What a text must not repeat of this URL: its password, and the values of options that may be secret."""
    _, found, rest = url.strip().partition("://")
    if not found:
        return _worth(value.strip("'") for name, value in _WORD.findall(url) if name not in _OPEN)
    place, _, options = rest.partition("?")
    held = [one.partition("=")[2] for one in options.split("&") if one.partition("=")[0] not in _OPEN]
    if "@" in rest and not place.startswith("/"):
        held += [rest.rpartition("@")[0].partition(":")[2], place.rpartition("@")[0].partition(":")[2]]
    return _worth(form for one in held for form in (one, unquote(one), unquote_plus(one)))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with each of these replaced, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _worth(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if len(value) >= _SHORTEST)
