"""The type of a transaction: other rooms pass it on to the store's functions and never look inside."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import Connection

Transaction: TypeAlias = Connection
"""An open transaction of a store: `Store.begin` gives one that writes, `Store.read` one that only reads."""
