"""A hash of a sequence's structure, which copy, comments and layout do not change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from typing import Any

from nurture.conditions.condition import Condition
from nurture.sequences.steps import Sequence

# What flows through to those who are already in: words, places, and what a stream still has to send.
_NOT_STRUCTURE = frozenset({"title", "path", "version", "line", "on_change", "moves", "assets"})


def fingerprint(sequence: Sequence) -> str:
    """Answer the sha256 of the parsed structure: steps, conditions and timing, not words or places."""
    text = json.dumps(_plain(sequence), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Condition):
        return _plain(value.tree)
    if is_dataclass(value) and not isinstance(value, type):
        named = {
            f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _NOT_STRUCTURE
        }
        return {"": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, time) else value
