"""Addresses as they may stand in a mail command or a header."""

from __future__ import annotations

import re
from functools import lru_cache

import idna

from nurture.address import LONGEST

FORBIDDEN = re.compile(r"[\s<>@()\[\]\\,;:\"]")
HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")


@lru_cache(maxsize=4096)
def wire_address(address: str) -> str:
    """The address with its domain in ASCII (IDNA 2008); a local part outside ASCII stays (RFC 6531).

    Quoted local parts are not carried: no importer of ours lets one in.

    Raises:
        ValueError: nothing that can be said to a relay; the message does not show the address.
    """
    local, _, domain = address.rpartition("@")
    if not local or not local.isprintable() or FORBIDDEN.search(local):
        raise ValueError("the part of the address before its @ cannot be written in a mail command")
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        host = ""
    if not HOST.fullmatch(host):
        raise ValueError("the domain of the address is not one")
    if len(local.encode()) + 1 + len(host) > LONGEST:
        raise ValueError(f"the address is longer than {LONGEST} octets")
    return f"{local}@{host}"
