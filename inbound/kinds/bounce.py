"""Reads delivery reports: who could not be reached, and whether for good (RFC 3464, and older forms)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from enum import StrEnum

from inbound.kinds import legacy_bounce
from inbound.kinds.legacy_bounce import LegacyFailure
from inbound.mail.message import Mail, clean, decoded, inside, leaves, plain
from nurture.refusals.refusal import RefusalMeaning, judge, tells_of_full
from nurture.refusals.words import ADDRESS_REFUSED, AT_DATA, AT_OTHER, AT_RCPT, AT_US

MAX_RECIPIENTS = 100
"""A report on more recipients is read up to here; ours have one."""
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"(?im)^(?:Final-Recipient|Original-Recipient|Action|Status):[^\n]")
_ADDRESS = re.compile(r"(?<![^\s<>;:,\"'])[^\s<>;:,\"'@]{1,200}@[^\s<>;:,\"']{1,250}")


class Action(StrEnum):
    """What became of the message for one recipient (RFC 3464 2.3.3)."""

    FAILED = "failed"  # it will not be delivered
    DELAYED = "delayed"  # still being tried
    DELIVERED = "delivered"  # delivered, relayed or expanded


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says of one recipient. `recipients` are its spellings, lower-cased, maybe none."""

    recipients: tuple[str, ...]
    action: Action
    verdict: RefusalMeaning

    @property
    def hard(self) -> bool:
        """Whether the address will not take mail again."""
        return self.action is Action.FAILED and self.verdict.hard


UNREAD = (Bounce((), Action.FAILED, RefusalMeaning(hard=False, reason="unclear")),)
"""What comes to a bounce address in a form that nobody knows."""


def read_bounces(mail: Mail) -> tuple[Bounce, ...]:
    """What a delivery report says, one entry for each recipient; empty when the mail is no report."""
    blocks = _report(mail.parts())[:MAX_RECIPIENTS]
    if not blocks:
        if not legacy_bounce.looks_like_bounce(mail):
            return ()
        blocks = (_wrapped(mail) or list(_inline_blocks(mail)))[:MAX_RECIPIENTS]
    if blocks:
        human = legacy_bounce.notice(mail)
        return tuple(_bounce(block, human, len(blocks) == 1) for block in blocks)
    by_robot = legacy_bounce.is_robot(mail)
    return tuple(_legacy(failure, by_robot) for failure in legacy_bounce.read_failures(mail)[:MAX_RECIPIENTS])


def _legacy(failure: LegacyFailure, by_robot: bool) -> Bounce:
    """Outside the form of a report, nothing in a person's name is hard: an answering machine may say it."""
    verdict = judge("", failure.text)
    if verdict.hard and not by_robot:
        verdict = replace(verdict, hard=False, reason="unclear")
    return Bounce(failure.recipients, Action(failure.action), verdict)


def _report(parts: Iterable[Message]) -> list[Message]:
    return [block for part in parts for block in _blocks(part)]


def _wrapped(mail: Mail) -> list[Message]:
    """A report that another mail system put into an envelope of its own."""
    inner = [one for one in mail.returned() if one.get_content_type() == "multipart/report"]
    return _report(leaves(inner[0])) if inner else []


def _blocks(part: Message) -> Iterator[Message]:
    """The recipients' fields of a message/delivery-status part: Python reads each group as a message."""
    if part.get_content_type() != "message/delivery-status":
        return
    groups = inside(part) or [HeaderParser(policy=compat32).parsestr(decoded(part))]
    yield from (group for group in groups if _about_recipient(group))


def _about_recipient(group: Message) -> bool:
    named = group.get("Final-Recipient") or group.get("Original-Recipient")
    return bool(named and (group.get("Action") or group.get("Status")))


def _inline_blocks(mail: Mail) -> Iterator[Message]:
    """The same fields where broken MIME left them in the text; a person who pastes them reports nothing."""
    for paragraph in _EMPTY_LINE.split(legacy_bounce.whole_text(mail)):
        first = _FIELD.search(paragraph)
        if first:
            group = HeaderParser(policy=compat32).parsestr(paragraph[first.start() :])
            if _about_recipient(group):
                yield group


def _bounce(block: Message, human: str, alone: bool) -> Bounce:
    named = [_address(block.get(name)) for name in ("Original-Recipient", "Final-Recipient")]
    recipients = tuple(dict.fromkeys(name for name in named if name))
    status = _line(block.get("Status"))
    said = _line(block.get("Diagnostic-Code")).partition(";")[2] or _line(block.get("Diagnostic-Code"))
    around = human if alone else legacy_bounce.about(human, recipients)
    if _line(block.get("X-PowerMTA-BounceCategory")) == "bad-mailbox":
        around += "\nafter RCPT"  # its own word for an address that was refused
    return Bounce(recipients, _action(block, status), _verdict(status, said.strip(), around))


def _verdict(status: str, said: str, around: str) -> RefusalMeaning:
    """By the server's own words; where they decide nothing, or too much, by the notice for people as well."""
    told = f"{status}\n{around}"
    moments = (words.search(told) for words in (AT_OTHER, AT_US, AT_RCPT, AT_DATA, ADDRESS_REFUSED))
    phase = "\n".join(found.group() for found in moments if found)
    verdict = judge(status, f"{said or status.partition(' ')[2]}\n{phase}")
    if verdict.hard and tells_of_full(around):
        return replace(verdict, hard=False, reason="mailbox_full")
    if verdict.hard or verdict.reason not in ("unclear", "later") or not around:
        return verdict
    told_more = judge(status, f"{said}\n{around}")
    return told_more if verdict.reason == "unclear" or told_more.ours else verdict


def _action(block: Message, status: str) -> Action:
    action = _line(block.get("Action")).lower()
    if action.startswith(("deliver", "relay", "expand")) or (not action and status.startswith("2")):
        return Action.DELIVERED
    return Action.DELAYED if action.startswith("delay") else Action.FAILED


def _address(value: object) -> str:
    found = _ADDRESS.findall(_line(value))
    return found[0].lower().strip("<>\"'") if found else ""


def _line(value: object) -> str:
    return " ".join(clean(plain(str(value or "")[:4000])).split())
