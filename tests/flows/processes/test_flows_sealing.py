"""What leaves a flow as an error holds no lead's data, in whatever form Prefect keeps it."""

from __future__ import annotations

import pickle

import pytest

from flows.runs.seal import FlowFault, scrub, sealed
from nurture.errors import StoreGone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("550 <ann@example.org> unknown", "550 <<address>> unknown"),
        ("to=ann+x@sub.example.org, later", "to=<address>, later"),
        ("no address here", "no address here"),
        ("zoé@exämple.fr", "<address>"),
    ],
)
def test_what_looks_like_an_address_is_replaced(text: str, expected: str) -> None:
    """Scrubbing leaves the rest of the text as it was."""
    assert scrub(text) == expected


def _sealed_fault(error: Exception) -> FlowFault:
    with pytest.raises(FlowFault) as caught, sealed("tick"):
        raise error
    return caught.value


def test_our_own_errors_keep_their_words() -> None:
    """The operator reads the message and the hint, without the address."""
    fault = _sealed_fault(StoreGone("lost ann@example.org", hint="ask bob@example.org"))

    assert str(fault) == "lost <address>\n  help: ask <address>"


def test_of_a_foreign_error_only_kind_and_place_are_told() -> None:
    """A driver's message may quote a row: a name in it would not even look like an address."""
    fault = _sealed_fault(ValueError("Ann Lee"))

    assert fault.message.startswith("tick: ValueError at test_flows_sealing.py:")
    assert "Ann" not in str(fault)


def test_a_pickled_fault_has_lost_its_original() -> None:
    """Prefect pickles the exception of a failed run to its disk."""
    kept = pickle.dumps(_sealed_fault(ValueError("ann@example.org")))

    assert b"ann@" not in kept
    assert pickle.loads(kept).message.startswith("tick: ValueError")


def test_the_original_stays_in_this_process() -> None:
    """--debug shows it."""
    error = ValueError("ann@example.org")

    assert _sealed_fault(error).original is error
