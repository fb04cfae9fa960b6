"""How the URL of a relay is read, and how long each phase may take."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from nurture.errors import SettingError

SCHEMES = ("smtp", "smtps")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds each phase may take: Postfix's values (FAULTS B3 row 15), which servers are built for."""

    connect: float = 30  # TCP, TLS and greeting, each
    command: float = 300  # EHLO, AUTH, MAIL, RCPT, RSET
    data: float = 120  # DATA until 354
    block: float = 180  # the whole body taken by the network
    dot: float = 600  # the final dot until the reply
    idle: float = 60  # a connection unused for longer is not trusted, but replaced
    quit: float = 5  # QUIT; the mail is settled by then
    rest: float = 600  # a connection refused beside others that live is not tried again for so long
    letter: float = 1200  # one letter, whatever the phases allow: a slow-drip server ends here


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to connect to it, read from its URL."""

    host: str
    port: int
    tls: bool  # TLS from the first byte (smtps)
    starttls: bool  # STARTTLS required before anything is said
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def read_relay_url(url: str) -> RelayAddress:
    """Read `smtp://user:password@host:port?starttls=required` or `smtps://...`.

    STARTTLS is required unless the relay is on this machine; only there may it be switched off, and
    there it is off by default.

    Raises:
        SettingError: the URL cannot be used; it never shows the password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable("it is not a URL") from None
    if parts.scheme not in SCHEMES or not host:
        raise _unusable("it must begin with smtp:// or smtps:// and name a host")
    if parts.path not in ("", "/") or parts.fragment:
        raise _unusable("it has a path; an SMTP relay has none")
    tls = parts.scheme == "smtps"
    starttls = _starttls(dict(parse_qsl(parts.query, keep_blank_values=True)), host, tls)
    return RelayAddress(
        host=host,
        port=port or (465 if tls else 587 if starttls else 25),
        tls=tls,
        starttls=starttls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _starttls(options: dict[str, str], host: str, tls: bool) -> bool:
    asked = options.pop("starttls", None)
    if options:
        raise _unusable("it has an option that is not known; only starttls is")
    if asked not in (None, "required", "never"):
        raise _unusable("starttls is either required or never")
    if tls and asked:
        raise _unusable("smtps:// is TLS from the start; leave starttls out")
    if tls:
        return False
    if asked == "never" and not is_loopback(host):
        raise _unusable("starttls=never is only for a relay on this machine; mail would go in clear")
    return asked == "required" or (asked is None and not is_loopback(host))


def _unusable(why: str) -> SettingError:
    return SettingError(
        f"NURTURE_SMTP_URL cannot be used: {why}",
        hint="write smtp://user:password@relay.example.com:587 (STARTTLS) or smtps://... (TLS, port 465)",
    )
