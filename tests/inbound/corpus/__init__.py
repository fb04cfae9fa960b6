"""A corpus of mails that come back to us, each with its right answer, written apart from any reader of mail.

The wordings are public phrases of people and of mail systems; the mails around them are of our own making.
Nothing here is taken from a data set, and every domain is one of example.com, example.org and example.net.

    for mail in corpus(message_id, bounce_address, sender_address, lead_address):
        assert reading_of(mail.raw) == mail.kind

Each mail answers one letter of ours: the four values say which. Answers of people, absences and nearly all
receipts come from `lead_address` and go to `sender_address` or, where a machine answers the return path, to
`bounce_address`; reports of postmasters and providers go to `bounce_address`, and a few to `sender_address`,
as from programs that ignore the return path.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from tests.inbound.corpus import (
    absences,
    clients,
    hard,
    leaves,
    ours,
    receipts,
    replies,
    reports,
    soft,
    unknown,
)
from tests.inbound.corpus.dialects import reported
from tests.inbound.corpus.letters import Letter
from tests.inbound.corpus.receipts import read_receipt, success

KINDS = {
    "leave": "a person asks to be taken off the list",
    "reply": "a person answers",
    "absence": "a machine says that the person is away",
    "receipt": "a machine says that something arrived, was read or filed, or wants a proof of us",
    "hard": "the lead's address does not exist, or never takes mail again",
    "soft": "the lead's mailbox is full, or its server busy, slow or away",
    "ours": "our host, sender, reputation, pace or words were refused; the lead's address is not at fault",
    "unknown_bounce": "a bounce that gives no reason anybody could act on",
    "complaint": "the lead called our letter spam",
    "report_other": "a provider's report that is no complaint and no answer",
}
"""The right answers, each with its meaning."""


@dataclass(frozen=True, slots=True)
class CorpusMail:
    """One incoming mail and what a careful postmaster would say it is."""

    name: str
    raw: bytes
    kind: str
    language: str
    client: str  # the mail program, mail system or form of report
    note: str


def corpus(
    message_id: str, bounce_address: str, sender_address: str, lead_address: str
) -> Iterator[CorpusMail]:
    """Every mail of the corpus, in answer to the letter that these values name."""
    letter = Letter(message_id, bounce_address, sender_address, lead_address)
    for kind, client, note, language, raw in answers(letter):
        name = f"{kind}-{language}-{client}-{note}"
        own_id = sha256(name.encode()).hexdigest()[:20].encode()
        yield CorpusMail(name, raw.replace(b"{own_id}", own_id), kind, language, client, note)


def answers(letter: Letter) -> Iterator[tuple[str, str, str, str, bytes]]:
    """Kind, client, note, language and bytes of every mail."""
    for kind, people in (("leave", leaves.MAILS), ("reply", replies.MAILS)):
        for client, note, said in people:
            yield kind, client, note, said.language, clients.written(letter, client, said)
    for kind, machines in (("absence", absences.MAILS), ("receipt", receipts.MAILS)):
        for client, note, answer in machines:
            yield kind, client, note, answer.language, answer.wire(letter)
    for client, note, language, *told in receipts.DISPOSITIONS:
        yield "receipt", client, f"disposition-{note}", language, read_receipt(letter, *told)
    for client, note, language, *told in receipts.DELIVERIES:
        yield "receipt", client, f"delivery-{note}", language, success(letter, *told)
    for kind, module in (("hard", hard), ("soft", soft), ("ours", ours), ("unknown_bounce", unknown)):
        for client, note, failure in module.MAILS:
            yield kind, client, note, failure.language, reported(letter, client, failure)
    for kind, providers in (("complaint", reports.COMPLAINTS), ("report_other", reports.OTHERS)):
        for client, note, report in providers:
            yield kind, client, note, report.language, report.wire(letter)
