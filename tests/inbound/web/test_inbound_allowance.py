"""What one network address may ask for in a span of time."""

from __future__ import annotations

from inbound.web.allowance import MOST_CLIENTS, Allowance, network


def test_a_share_is_for_one_client_and_one_span() -> None:
    """Others have their own, and everybody a new one when the span is over."""
    allowance = Allowance(2, 60)

    assert [allowance.spend("192.0.2.1", 0.5) for _ in range(3)] == [True, True, False]
    assert allowance.spend("192.0.2.2", 1)
    assert allowance.spend("192.0.2.1", 61)


def test_what_is_remembered_has_a_bound() -> None:
    """A flood of addresses makes all begin anew, and holds no memory."""
    allowance = Allowance(1, 60)
    for n in range(MOST_CLIENTS):
        allowance.spend(f"client {n}", 1)

    assert allowance.spend("client 0", 1)


def test_ipv6_counts_by_its_network() -> None:
    """Everybody has a /64 to ask from."""
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("somewhere" * 20) == ("somewhere" * 20)[:64]
