"""The closed vocabularies: every state and reason, each with its one-line meaning."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    """Where a lead stands on the way to a sale."""

    SUBSCRIBER = "subscriber"  # left an address, nothing more
    LEAD = "lead"  # showed interest
    PROSPECT = "prospect"  # fits, or is engaged, but not both
    MQL = "mql"  # fits and is engaged: offered to sales
    PQL = "pql"  # qualified itself by using the product
    SAL = "sal"  # accepted by a seller
    SQL = "sql"  # intent confirmed by a seller
    CUSTOMER = "customer"  # bought
    DISQUALIFIED = "disqualified"  # will not be nurtured or offered


class ConsentState(StrEnum):
    """What an address said about a topic."""

    PENDING = "pending"  # asked for, not yet confirmed
    GRANTED = "granted"  # may be mailed
    WITHDRAWN = "withdrawn"  # must not be mailed; only the lead's own opt-in reverses it


class Basis(StrEnum):
    """On what ground a consent rests."""

    OPT_IN = "opt_in"  # ticked or asked for by the lead
    DOUBLE_OPT_IN = "double_opt_in"  # and confirmed from the mailbox
    LEGITIMATE_INTEREST = "legitimate_interest"  # GDPR art. 6(1)(f), stated by the company
    IMPORTED = "imported"  # brought from another system, as its map states


class SuppressionReason(StrEnum):
    """Why an address is never mailed."""

    BOUNCE = "bounce"  # the mailbox does not exist
    COMPLAINT = "complaint"  # the lead reported spam
    ERASURE = "erasure"  # the lead asked to be forgotten
    OPERATOR = "operator"  # put there by hand or by an import


class EnrolmentState(StrEnum):
    """Where one run of a lead through a sequence stands."""

    ACTIVE = "active"  # has a next step and a due time
    HELD = "held"  # a touch failed; waits for the operator
    COMPLETED = "completed"  # ran to its end
    STOPPED = "stopped"  # left early; the reason says why


class TouchState(StrEnum):
    """Where one outbox row stands (DESIGN 7)."""

    PLANNED = "planned"  # decided, waiting for its moment
    CLAIMED = "claimed"  # taken by a worker, holds its cap slot
    STARTED = "started"  # the body may have been written
    SENT = "sent"  # the relay took it
    REFUSED = "refused"  # the relay said no for good (5xx)
    FAILED = "failed"  # retries or `expires` spent, or it could not be built
    UNCERTAIN = "uncertain"  # nobody knows; never resent by default
    SKIPPED = "skipped"  # decided not to send


HOLDS_SLOT = frozenset({TouchState.CLAIMED, TouchState.STARTED, TouchState.SENT, TouchState.UNCERTAIN})


class OutboxKind(StrEnum):
    """What an outbox row is; only touches pass the gate and count for caps."""

    TOUCH = "touch"  # one message to one lead at one step
    SELLER = "seller"  # a notice to a seller or a team
    WEBHOOK = "webhook"  # a call to another system


class Verdict(StrEnum):
    """What was decided for one enrolment at one step."""

    SEND = "send"  # the touch may leave now
    WAIT = "wait"  # not now; `until` says when to look again
    SKIP = "skip"  # not this step; go on to the next
    STOP = "stop"  # leave the sequence
    MOVE = "move"  # the step did its work; go on
    ENTER = "enter"  # enrolled
    REFUSE = "refuse"  # asked to enter, not enrolled


class Reason(StrEnum):
    """Why it was decided; every silence has one (shown by `nurture why`)."""

    DUE = "due"  # all of the gate is open
    SUPPRESSED = "suppressed"  # the address is on the suppression list
    DISQUALIFIED = "disqualified"  # the lead's stage is disqualified
    WITHDRAWN = "consent_withdrawn"  # consent for the topic was withdrawn
    PENDING = "consent_pending"  # consent is asked for, not confirmed
    NO_CONSENT = "consent_missing"  # no consent for the topic
    BASIS = "basis_not_accepted"  # the topic does not accept the basis of the consent
    EXIT = "exit"  # an exit condition holds
    GOAL = "goal"  # the sequence's goal was reached
    HANDOFF_OPEN = "handoff_open"  # a seller has the lead
    HANDOFF_ACCEPTED = "handoff_accepted"  # a seller took the lead
    ASSET_SENT = "asset_already_sent"  # an earlier enrolment sent the asset
    UNLESS = "unless"  # the step's `unless` holds
    EXPIRED = "expired"  # too late to be useful
    WINDOW = "window"  # outside the sequence's window
    QUIET = "quiet_hours"  # inside the policy's quiet hours
    HOLIDAY = "holiday"  # a holiday where the lead lives
    SPREAD = "spread"  # releases are spread over some minutes
    CAP = "cap"  # the address has had enough for now
    DEFER_SPENT = "defer_max"  # deferred for as long as the step allows
    STEP_WAIT = "wait"  # the step itself says wait
    DONE = "completed"  # the sequence ran to its end
    RELAY_LATER = "relay_said_later"  # a 4xx, or the relay was away
    RELAY_NO = "relay_refused"  # a 5xx
    RENDER = "render_failed"  # the template failed for this lead
    BROKEN = "decision_failed"  # something in the lead's data or the sequence broke the decision
    RETIRED = "sequence_retired"  # the sequence is no longer in the release
    PAUSED = "sequence_paused"  # the operator paused the sequence
    ENTERED = "entered"  # the entry condition held
    ALREADY_IN = "already_enrolled"  # one active enrolment per entry key
    ONCE = "once"  # has been through this sequence before
    AGAIN_WAIT = "again_not_yet"  # re-entry is allowed later
    CHOSEN = "chosen"  # a branch was taken
    SIGNAL_CAME = "signal_came"  # what was waited for happened
    TIMED_OUT = "timed_out"  # it did not happen within its time
    SET = "set"  # attributes were set
    MATURE = "mature"  # the lead is ready for sales
    PAST = "moment_passed"  # the dated step's moment was over when the lead came to it
    NO_WEBINAR = "webinar_unknown"  # the catalogue has no webinar of that name
    CLOSED = "entry_closed"  # the sequence takes nobody in any more
    CONTENT_OUT = "content_out"  # the stream has nothing the lead has not had
    SENT_BEFORE = "sent_before"  # this enrolment has sent this step already
    NO_TEMPLATE = "template_gone"  # the release no longer has the template
    NOTIFIED = "notified"  # a notice was put into the outbox
    CALLED = "webhook_called"  # a webhook was put into the outbox
    NOBODY = "nobody_to_tell"  # the policy no longer names the team, seller or webhook
    MOVED = "moved_to_new_version"  # the sequence changed, and the enrolment follows it
    CHANGED = "sequence_changed"  # the sequence changed, and lets its enrolments go
    RETRIED = "tried_again"  # the operator let go on what had failed
    GIVEN_UP = "given_up"  # the operator gave up a touch that had failed
    RATE = "rate"  # the rate of the relay or of the recipient's domain is used up for now
    WARM_UP = "warm_up"  # the day's share of the warm-up is used up
    RELAY_CLOSED = "relay_closed"  # the relay answered badly, and is left alone for a while
    DOMAIN_CLOSED = "domain_closed"  # the recipient's domain answered badly, and is left alone for a while


PACED_REASONS = (Reason.RATE, Reason.WARM_UP, Reason.RELAY_CLOSED, Reason.DOMAIN_CLOSED)
"""Why a touch waits for its route."""


class Closing(StrEnum):
    """Why the relay, or a recipient's domain, is left alone for a while."""

    SLOW = "slow"  # it was away, busy, or said that we are too fast
    STOPPED = "stopped"  # it does not accept our login, SPF, DKIM or DMARC
    BREAKER = "breaker"  # it refused too large a share of the letters
    OPERATOR = "operator"  # closed by hand


class HandoffState(StrEnum):
    """Where an offer to sales stands."""

    UNASSIGNED = "unassigned"  # nobody to offer it to; an alarm is raised
    OFFERED = "offered"  # a seller has it and has not answered
    ACCEPTED = "accepted"  # the seller took it
    REJECTED = "rejected"  # the seller sent it back, with a reason
    CLOSED = "closed"  # ended without an answer (erased, customer)
    LAPSED = "lapsed"  # nobody answered in time: the lead is nurtured again


WITH_SALES = (Stage.SAL, Stage.SQL)
"""The stages of a lead that a seller took."""

OPEN_HANDOFF = frozenset({HandoffState.UNASSIGNED, HandoffState.OFFERED})


class AsideKind(StrEnum):
    """What was set aside because it raised; touches to enrolments are kept in tables of their own."""

    SIGNAL = "signal"  # something that happened, not taken in yet
    LEAD = "lead"  # a lead that could not be scored, offered, or looked at by standing sequences
    MAIL = "mail"  # a mail of the mailbox, kept as it came
    TOUCH = "touch"  # a message to a lead, failed
    NOTICE = "notice"  # a message to a seller, failed
    WEBHOOK = "webhook"  # a call to another system, failed
    ENROLMENT = "enrolment"  # a run through a sequence whose next step could not be decided


class AsideStage(StrEnum):
    """Where in the work an item raised."""

    INTAKE = "intake"  # as it was taken in
    SCORE = "score"  # as the lead was scored and its maturity judged
    STANDING = "standing"  # as standing sequences looked at the lead
    OFFER = "offer"  # as the lead was offered to a seller
    MAILBOX = "mailbox"  # as the mail was read or recorded


class AsideState(StrEnum):
    """Where an item that was set aside stands."""

    OPEN = "open"  # waits for the operator; nothing tries it again by itself
    RETRIED = "retried"  # the operator put it back; it is open again should it raise again
    DROPPED = "dropped"  # the operator gave it up; it is not tried again


class Purpose(StrEnum):
    """What a message is for; service mail is exempt from topic consent and caps."""

    MARKETING = "marketing"  # passes the whole gate
    SERVICE = "service"  # answers the lead's own request


Axis = Literal["fit", "engagement"]
"""The two parts of a score."""

Clockwork = Literal["deployment", "up", "run", "once"]
"""Whose ticks move the leads: a Prefect deployment's, those of `up` and `run`, or of one call."""

MailCount = Literal[
    "read",  # whatever it is
    "hard",  # the mailbox is gone: suppressed
    "worn_out",  # the mailbox failed again and again: suppressed
    "soft",  # it may work again
    "unclear",  # a bounce whose reason nobody understands
    "our_fault",  # a bounce for which our host, our sender or our words are to blame: no address pays for it
    "delayed",  # still being tried
    "delivered",  # a receipt
    "complaint",  # called spam
    "left",  # asked to leave
    "replied",  # the lead answered, and somebody gets it
    "other_replied",  # somebody else answered
    "unforwarded",  # answered, and nobody is named who should get it
    "too_many",  # a flood
    "noted",  # a seller answered a notice
    "auto_reply",  # a machine answered
    "notice_bounced",  # a seller's mail came back
    "notice_complained",  # a seller's mail was called spam
    "report",  # a provider's report on something else
    "forged",  # claims to be about a message of ours
    "unknown",  # about a message that is not ours
    "other",  # for people to read
    "read_before",  # changes nothing
]
"""What a mail of the mailbox comes to, as it is counted."""


class Outcome(StrEnum):
    """What the relay made of one message."""

    SENT = "sent"  # 250 after the final dot
    LATER = "later"  # 4xx, or lost before the body was written
    REFUSED = "refused"  # 5xx for this recipient or message
    UNCERTAIN = "uncertain"  # lost after the final dot


class Remedy(StrEnum):
    """What a relay's answer asks us to do; the Outcome follows from it."""

    TAKEN = "taken"  # the relay took it
    RETRY = "retry"  # this letter later: greylisting, a busy or full mailbox, lost before the body
    SLOW_RELAY = "slow_relay"  # the relay is away, busy, or says we are too fast: everything waits
    SLOW_DOMAIN = "slow_domain"  # the recipient's domain says we are too fast or too many: its letters wait
    STOP_SENDER = "stop_sender"  # our login, SPF, DKIM or DMARC is broken: nothing goes until it is mended
    SUPPRESS = "suppress"  # the address does not exist: never mail it again
    FAIL = "fail"  # refused for good for its policy, content or size: this touch fails
    LIST = "list"  # nobody knows: list it for the operator


OUTCOMES = {
    Remedy.TAKEN: Outcome.SENT,
    Remedy.RETRY: Outcome.LATER,
    Remedy.SLOW_RELAY: Outcome.LATER,
    Remedy.SLOW_DOMAIN: Outcome.LATER,
    Remedy.STOP_SENDER: Outcome.LATER,
    Remedy.SUPPRESS: Outcome.REFUSED,
    Remedy.FAIL: Outcome.REFUSED,
    Remedy.LIST: Outcome.UNCERTAIN,
}
"""What each remedy makes of the letter."""


class Sig(StrEnum):
    """Core signal types; catalog.yaml may declare more."""

    FORM_SUBMITTED = "form.submitted"
    PAGE_VISITED = "page.visited"
    ASSET_DOWNLOADED = "asset.downloaded"
    TOUCH_SENT = "touch.sent"
    TOUCH_REFUSED = "touch.refused"
    MAIL_OPENED = "mail.opened"
    MAIL_CLICKED = "mail.clicked"
    MAIL_REPLIED = "mail.replied"
    WEBINAR_REGISTERED = "webinar.registered"
    WEBINAR_ATTENDED = "webinar.attended"
    WEBINAR_MISSED = "webinar.missed"
    DEMO_REQUESTED = "demo.requested"
    CALL_REQUESTED = "call.requested"
    PRODUCT_USED = "product.used"
    CONSENT_GRANTED = "consent.granted"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    MAIL_BOUNCED = "mail.bounced"
    MAIL_COMPLAINED = "mail.complained"
    HANDOFF_ACCEPTED = "handoff.accepted"
    HANDOFF_REJECTED = "handoff.rejected"
    HANDOFF_NOTED = "handoff.noted"  # the seller answered its notice by mail
    HANDOFF_SNOOZED = "handoff.snoozed"  # the seller wants more time; `until` says how much
    LEAD_RECYCLED = "lead.recycled"
    DEAL_WON = "deal.won"
    DEAL_LOST = "deal.lost"
    HISTORY_SUMMARY = "history.summary"


HAND_RAISES = frozenset({Sig.DEMO_REQUESTED, Sig.CALL_REQUESTED})
