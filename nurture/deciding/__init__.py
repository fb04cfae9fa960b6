"""What is decided for each lead, and why: who enters a sequence, and what every due enrolment does now.

The door: `decide` for due enrolments, `consider` and `takes_in` for entries, `consent_to` for consents.
"""

from nurture.deciding.consent import ALL_TOPICS, consent_to
from nurture.deciding.entry import consider, takes_in
from nurture.deciding.pace import Pacer
from nurture.deciding.walk import decide

__all__ = ["ALL_TOPICS", "Pacer", "consent_to", "consider", "decide", "takes_in"]
