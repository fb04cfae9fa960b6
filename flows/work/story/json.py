"""Turns a lead's story into the object that `nurture why --json` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows.work.story.explanation import ExplainedStory
from flows.work.story.moments import as_plain, say_fully
from flows.work.story.reasons import say_decision, say_touch
from leadstore.story.chapters import PastDecision, PastEnrolment, Touch
from nurture.values import Signal
from nurture.words import EnrolmentState


def as_json(told: ExplainedStory) -> dict[str, Any]:
    """One object: instants are ISO text in UTC, every decision and touch carries its sentence as `why`."""
    story, lead = told.story, told.story.lead
    return {
        "as_of": _at(told.now),
        "lead": {
            "id": lead.id,
            "key": lead.key,
            "address": lead.address,
            "aliases": list(story.aliases),
            "profile": dict(lead.profile),
            "attributes": dict(lead.attributes),
            "zone": str(told.zone),
            "live": story.live,
            "created_at": _at(lead.created_at),
        },
        "scores": {
            "fit": lead.fit,
            "engagement": lead.engagement,
            "grade": lead.grade,
            "heat": lead.heat,
            "as_of": _at(story.as_of),
            "recheck_at": _at(story.recheck_at),
            "terms": [term.as_dict() for term in story.terms],
            "history": [as_plain(point) for point in story.scores],
        },
        "stage": lead.stage.value,
        "mature": story.mature,
        "stages": [{**as_plain(move), "why": told.why(move.cause)} for move in story.stages],
        "consents": [as_plain(one) for one in story.consents],
        "consent_history": [as_plain(one) for one in story.consent_history],
        "suppression": None if story.suppression is None else as_plain(story.suppression),
        "suppressions": [as_plain(one) for one in story.suppressions],
        "sequences": [_run(run) for run in story.runs],
        "touches": [_touch(touch, told) for touch in story.touches],
        "notices": [_touch(touch, told) for touch in story.notices],
        "decisions": [_decision(one, told) for one in story.decisions],
        "handoffs": [{**as_plain(offer), "why": told.why(offer.cause)} for offer in story.handoffs],
        "signals": [_signal(one) for one in story.signals],
        "silence": [*told.silence],
        "absences": [as_plain(one) for one in told.absences],
    }


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _run(run: PastEnrolment) -> dict[str, Any]:
    one = run.enrolment
    return {
        "sequence": one.sequence,
        "entry_key": one.entry_key,
        "run": one.run,
        "enrolment": one.id,
        "state": one.state.value,
        "step": one.step,
        "occurrence": one.occurrence,
        "next_at": _at(one.due_at) if one.state is EnrolmentState.ACTIVE else None,
        "entered_at": _at(one.entered_at),
        "entered_by": None if one.signal is None else _signal(one.signal),
        "ended_at": _at(run.ended_at),
        "reason": run.reason,
        "version": one.version,
        "release": one.release_id,
    }


def _touch(touch: Touch, told: ExplainedStory) -> dict[str, Any]:
    sentence = say_touch(touch, lambda at: say_fully(at, told.zone))
    return {**as_plain(touch), "sent_at": _at(touch.sent_at), "why": sentence}


def _decision(one: PastDecision, told: ExplainedStory) -> dict[str, Any]:
    return {**as_plain(one), "why": say_decision(one, lambda at: say_fully(at, told.zone), told.why)}


def _signal(signal: Signal) -> dict[str, Any]:
    return {**as_plain(signal), "properties": dict(signal.properties)}
