"""Sorts a mail by what it is, before it is matched to a lead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inbound.kinds.autoreply import has_no_way_back, is_auto_reply, says_it_is_a_machine
from inbound.kinds.bounce import Bounce, read_bounces
from inbound.kinds.complaint import is_complaint, is_other_report
from inbound.kinds.leave import asks_to_leave
from inbound.mail.message import Mail


class MailKind(StrEnum):
    """What a mail is."""

    COMPLAINT = "complaint"  # somebody called our mail spam
    REPORT = "report"  # a provider reports something that is neither complaint nor answer
    BOUNCE = "bounce"  # a report on a delivery: failed, delayed or done
    AUTO_REPLY = "auto_reply"  # a machine answered
    LEAVE = "leave"  # a person asks to be left alone
    LETTER = "letter"  # a person wrote


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a mail is, and the failures it reports if it is a bounce; `sure` when it says so itself."""

    kind: MailKind
    bounces: tuple[Bounce, ...] = ()
    sure: bool = True


def sort(mail: Mail) -> Sorted:
    """Sort one mail. Reports come before answers: many a bounce says of itself that it is an auto-reply."""
    if is_complaint(mail):
        return Sorted(MailKind.COMPLAINT)
    if is_other_report(mail):
        return Sorted(MailKind.REPORT)
    bounces = read_bounces(mail)
    if bounces:
        return Sorted(MailKind.BOUNCE, bounces)
    if is_auto_reply(mail):
        return Sorted(MailKind.AUTO_REPLY)
    if asks_to_leave(mail):
        return Sorted(MailKind.LEAVE)
    if says_it_is_a_machine(mail):
        return Sorted(MailKind.AUTO_REPLY)
    return Sorted(MailKind.AUTO_REPLY if has_no_way_back(mail) else MailKind.LETTER, sure=False)
