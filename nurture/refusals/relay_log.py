"""Reads a relay's log, or a plain list of Message-IDs: which of ours it took, refused or still has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

LONGEST = 4000
"""Characters of a line that are read: no mail server writes longer ones about a single message."""


class Fate(StrEnum):
    """What a log says of one message."""

    SENT = "sent"  # it was delivered to the next host, or to the mailbox
    FAILED = "failed"  # it came back, or was thrown away
    WAITS = "waits"  # the relay has it, and tries
    NAMED = "named"  # it is in the log, which does not say what became of it


_QUEUE = re.compile(r"[:\s]([0-9A-Za-z]{6,20}): (?=\S)")
"""The queue's name of a message, as Postfix and Sendmail write it."""
_ID = re.compile(r"\b(?:message-id|msgid|resent-message-id)=<?([^<>\s,]{3,200})", re.IGNORECASE)
_STATUS = re.compile(r"\b(?:status|stat)=([A-Za-z][A-Za-z ]{1,30})")
_EXIM = re.compile(r"([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}) (<=|=>|->|>>|\*\*|==|Completed)")
_EXIM_ID = re.compile(r" id=([^\s<>]{3,200})")
_EXIM_FATES: Mapping[str, Fate] = {
    "=>": Fate.SENT,
    "->": Fate.SENT,
    ">>": Fate.SENT,
    "**": Fate.FAILED,
    "==": Fate.WAITS,
}
_PLAIN = re.compile(r"\A<?((?>[^<>\s,;]{3,200}@[^<>\s,;]{1,200}+(?![^<>\s,;])))>?[\s,;]*+([A-Za-z]{0,20}+)$")
"""A line of a list: a Message-ID, and maybe a word on it."""
_WORDS: Mapping[str, Fate] = {
    **dict.fromkeys(("sent", "delivered", "accepted", "ok"), Fate.SENT),
    **dict.fromkeys(("bounced", "failed", "undeliverable", "expired", "rejected", "refused"), Fate.FAILED),
    **dict.fromkeys(("user unknown", "host unknown", "service unavailable"), Fate.FAILED),
    **dict.fromkeys(("deferred", "queued", "waits"), Fate.WAITS),
    "": Fate.NAMED,
}
_RANK = (Fate.NAMED, Fate.SENT, Fate.WAITS, Fate.FAILED)
"""A message goes through several queues: what came back in one of them did not arrive."""


def read_log(lines: Iterable[str], wanted: Collection[str]) -> dict[str, Fate]:
    """What these lines say of the wanted Message-IDs; one that is not in them is left out.

    Reads what Postfix, Sendmail and Exim write, in syslog's forms, and lists: one Message-ID a line, with
    `sent`, `bounced`, `failed` or `deferred` after it, or nothing.
    """
    known = {bare(one): one for one in wanted}
    queues: dict[str, str] = {}  # by the queue's name, whose message it holds now
    fates: dict[tuple[str, str], Fate] = {}  # by message and queue: the last word counts
    for line in lines:
        queue, name, fate = _said(line[:LONGEST].strip())
        if name is not None:
            if name in known:
                queues[queue] = name
            else:
                queues.pop(queue, None)  # its name is used again, for another message
        message = queues.get(queue)
        if message is not None:
            before = fates.get((message, queue), Fate.NAMED)
            fates[message, queue] = fate or before
    found: dict[str, Fate] = {}
    for (message, _), fate in fates.items():
        found[known[message]] = max(found.get(known[message], Fate.NAMED), fate, key=_RANK.index)
    return found


def bare(message_id: str) -> str:
    """A Message-ID without its brackets."""
    return message_id.strip().removeprefix("<").removesuffix(">")


def _said(line: str) -> tuple[str, str | None, Fate | None]:
    """The queue a line is about, the message it names, and what it says became of it."""
    if (exim := _EXIM.search(line)) is not None:
        named = _EXIM_ID.search(line) if exim[2] == "<=" else None
        return exim[1], named and named[1], _EXIM_FATES.get(exim[2])
    if (queue := _QUEUE.search(line)) is not None:
        named, status = _ID.search(line), _STATUS.search(line)
        return queue[1], named and named[1], _fate(status[1]) if status else None
    if (plain := _PLAIN.match(line)) is not None:
        return plain[1], plain[1], _WORDS.get(plain[2].lower())
    return "", None, None


def _fate(status: str) -> Fate | None:
    """Postfix says `sent (...)`, Sendmail `Sent (...)` or the reason of a failure."""
    words = status.strip().lower()
    return _WORDS.get(words) or _WORDS.get(words.partition(" ")[0])
