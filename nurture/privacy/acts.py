"""Acts: which signals show that the person itself did something, so that its data is kept for longer."""

from __future__ import annotations

from nurture.words import Basis, Sig

NO_ACTS = frozenset(
    {
        *(Sig.TOUCH_SENT, Sig.TOUCH_REFUSED),  # ours
        *(Sig.MAIL_OPENED, Sig.MAIL_BOUNCED, Sig.WEBINAR_MISSED),  # a machine's, or nobody's
        *(Sig.HANDOFF_ACCEPTED, Sig.HANDOFF_REJECTED, Sig.HANDOFF_NOTED, Sig.HANDOFF_SNOOZED),  # a seller's
        *(Sig.LEAD_RECYCLED, Sig.DEAL_LOST),  # a seller's word
        Sig.HISTORY_SUMMARY,  # undated totals
    }
)
"""Signals that are no act of the lead's own: we, a seller or a machine did it, or nobody knows when."""
OWN_BASES = frozenset({Basis.OPT_IN, Basis.DOUBLE_OPT_IN})
"""Bases of a consent that the person gave by an act of its own."""
