"""Limits how often one network address may ask for pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

MOST_CLIENTS = 10_000
"""Clients that are counted; when more come within a span, all counts start again."""


@dataclass(slots=True)
class Allowance:
    """At most `most` times per `seconds`, for each client; counted in this process alone."""

    most: int
    seconds: float
    _since: float = 0.0
    _spent: dict[str, int] = field(default_factory=dict)

    def spend(self, client: str, now: float) -> bool:
        """Take one; False when this client has had its share of the span. `now` is any clock in seconds."""
        if now - self._since >= self.seconds or len(self._spent) >= MOST_CLIENTS:
            self._since, self._spent = now, {}
        name = network(client)
        self._spent[name] = self._spent.get(name, 0) + 1
        return self._spent[name] <= self.most


def network(client: str) -> str:
    """The client an address belongs to: in IPv6 a client has a whole /64."""
    try:
        address = ip_address(client)
    except ValueError:
        return client[:64]
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else str(address)
