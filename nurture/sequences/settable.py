"""What a `set` step may write: attributes of the catalogue and fields of the profile, in their types."""

from __future__ import annotations

from nurture.country_names import country_code
from nurture.files.diagnosis import did_you_mean
from nurture.project.catalog import Catalog
from nurture.spans import is_day, parse_zone
from nurture.texts.translation import is_language
from nurture.values import PROFILE_FIELDS

_EXPECTED = {
    "text": "text",
    "number": "a number",
    "flag": "`true` or `false`",
    "date": "a date such as 2027-03-01",
    "list": "a list of texts",
    "country": "a country code such as FR",
    "language": "a language such as fr",
    "zone": "a time zone such as Europe/Paris",
}


def set_fault(name: str, value: object, catalog: Catalog | None) -> tuple[str, str, str] | None:
    """Answer (code, message, help) of what is wrong with `name: value`, or None."""
    kinds = {**(catalog.attributes if catalog else {}), **dict.fromkeys(PROFILE_FIELDS, "text")}
    if name not in kinds:
        if catalog is None:
            return None
        return "NUR044", f"`{name}` is not an attribute that can be set", did_you_mean(name, kinds)
    kind = name if name in ("country", "language", "zone") else kinds[name]
    if _fits(kind, value):
        known = catalog.values.get(name) if catalog else None
        unknown = [
            one for one in (value if isinstance(value, list) else [value]) if known and one not in known
        ]
        if known and unknown:
            return (
                "NUR045",
                f"`{unknown[0]}` is not a value of `{name}`",
                did_you_mean(str(unknown[0]), known),
            )
        return None
    return "NUR045", f"`{name}` is {_EXPECTED[kind]}", ""


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "":  # an attribute whose type has a fault of its own
            return True
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
        case "date":
            return is_day(value)
        case "country":
            return isinstance(value, str) and country_code(value) == value
        case "language":
            return isinstance(value, str) and is_language(value)
        case "zone":
            return _is_zone(value)
    return isinstance(value, str) and value != ""


def _is_zone(value: object) -> bool:
    try:
        return bool(parse_zone(str(value)))
    except ValueError:
        return False
