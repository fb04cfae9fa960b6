"""Values and errors that cross rooms: what they keep, and what they say."""

from __future__ import annotations

from nurture.errors import BookError, NurtureError
from nurture.files.diagnosis import Fault
from nurture.values import Claim, Delivery, Letter, Term, as_terms
from nurture.words import OUTCOMES, Outcome, Remedy
from tests.nurture.gate_world import TUESDAY


def test_a_stored_breakdown_reads_back() -> None:
    """The JSON of a term is read back as the same term."""
    terms = (
        Term("fit", "head of IT", 30.0, 30.0),
        Term("engagement", "read", 12.5, 25.0, signal_id=7, age_days=30.0, note="guide"),
    )

    assert as_terms([term.as_dict() for term in terms]) == terms


def test_every_remedy_has_an_outcome() -> None:
    """What became of a letter follows from its remedy: no remedy without, and no outcome besides."""
    found = [Delivery(1, 1, remedy, TUESDAY).outcome for remedy in Remedy]

    assert found == [OUTCOMES[remedy] for remedy in Remedy]
    assert set(found) == set(Outcome)


def test_a_claim_names_the_route_it_takes() -> None:
    """Behind the relay, a touch goes where its recipient's domain says."""
    claim = Claim(1, 1, "touch", "<a@b>", "story", "ada@example.com")

    assert claim.domain == "example.com"


def test_an_error_says_what_to_do() -> None:
    """The hint stands under the message; an error without one is its message alone."""
    told = [str(NurtureError("it broke")), str(NurtureError("it broke", hint="mend it"))]

    assert told == ["it broke", "it broke\n  help: mend it"]


def test_a_book_error_carries_its_faults() -> None:
    """Whoever catches it can show every fault; on its own it names the command that does."""
    fault = Fault(code="NUR001", message="bad", file="nurture.yaml", line=1, column=1)

    error = BookError("the files have faults", [fault])

    assert error.faults == (fault,)
    assert "nurture check" in str(error)


def test_a_letter_makes_its_delivery() -> None:
    """A delivery names its letter and attempt, and the domain that the letter goes to."""
    letter = Letter(7, 2, "us@example.org", "ada@example.com", b"")

    delivery = letter.delivery(Remedy.RETRY, TUESDAY, 450, "busy")

    assert delivery == Delivery(7, 2, Remedy.RETRY, TUESDAY, 450, "busy", "example.com")
