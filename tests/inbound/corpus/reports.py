"""Reports that providers send: complaints (RFC 5965 and older), and what is no complaint at all."""
# ruff: noqa: E501 -- a line of a mail stands on one line

import gzip
import io
import zipfile
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass

from tests.inbound.corpus import letters
from tests.inbound.corpus.clients import Bundle, Part
from tests.inbound.corpus.dialects import Failure, Raw, head, returned
from tests.inbound.corpus.letters import Letter

REPORT = "report; report-type=feedback-report"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One report: its fields for machines, the text for people, and how our letter is enclosed."""

    language: str
    text: str
    fields: str
    sender: str = "feedback@fbl.example.net"
    subject: str = "FW: {subject}"
    whole: bool = True
    to: str = "{bounce_address}"
    extra: str = ""

    def wire(self, letter: Letter) -> bytes:
        """The three parts of RFC 5965."""
        subject = self.subject.replace("{subject}", letters.SUBJECT[self.language])
        start = head(Failure("", to=self.to), self.sender, subject, self.extra)
        content = Bundle(
            REPORT,
            "part1_13d.2e68ed54_boundary",
            (
                Part("plain", self.text, "utf-8", "quoted-printable"),
                Raw(f"Content-Type: message/feedback-report\n\n{self.fields}"),
                returned(self.language, self.whole),
            ),
        )
        return letter.fill(start).encode() + content.wire(letter)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A mail whose message is a file, or our letter as it came, with a line of text before it or none."""

    language: str
    sender: str
    subject: str
    text: str
    enclosed: Callable[[], Raw]
    kind: str = "mixed"
    to: str = "{sender_address}"
    extra: str = ""

    def wire(self, letter: Letter) -> bytes:
        """The text, if any, and the enclosure."""
        start = head(Failure("", to=self.to), self.sender, self.subject, self.extra)
        said = (Part("plain", self.text, "us-ascii", "7bit"),) if self.text else ()
        content = Bundle(self.kind, "_boundary_report_77c1", (*said, self.enclosed()))
        return letter.fill(start).encode() + content.wire(letter)


AGGREGATE = """\
<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata><org_name>mail.example.net</org_name><email>dmarc@mail.example.net</email>
    <report_id>1730592000</report_id>
    <date_range><begin>1762041600</begin><end>1762127999</end></date_range></report_metadata>
  <policy_published><domain>example.com</domain><adkim>r</adkim><aspf>r</aspf><p>reject</p></policy_published>
  <record><row><source_ip>192.0.2.10</source_ip><count>42</count><policy_evaluated>
    <disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>
    <identifiers><header_from>example.com</header_from></identifiers></record>
</feedback>
"""


def attached(media: str, name: str, content: bytes) -> Raw:
    """A file as an attachment in base64."""
    return Raw(
        f'Content-Type: {media}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{encodebytes(content).decode()}"
    )


def gzipped() -> Raw:
    """A DMARC aggregate report (RFC 7489) as most providers pack it."""
    packed = gzip.compress(AGGREGATE.encode(), mtime=0)
    return attached("application/gzip", "mail.example.net!example.com!1762041600!1762127999.xml.gz", packed)


def zipped() -> Raw:
    """The same report as others pack it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mail.example.net!example.com.xml"), AGGREGATE, zipfile.ZIP_DEFLATED)
    return attached("application/zip", "mail.example.net!example.com.zip", packed.getvalue())


def tls() -> Raw:
    """A report on encryption in transit (RFC 8460)."""
    told = '{"organization-name":"mail.example.net","report-id":"2026-11-03T00:00:00Z_example.com","policies":[]}'
    return attached(
        "application/tlsrpt+gzip",
        "mail.example.net!example.com!1.json.gz",
        gzip.compress(told.encode(), mtime=0),
    )


def complained_of() -> Raw:
    """Our letter as Hotmail's older programme encloses it, with the complainer in a header of its own."""
    return Raw(
        "Content-Type: message/rfc822\nContent-Disposition: inline\n\n"
        "X-HmXmrOriginalRecipient: {lead_address}\nX-MS-Exchange-EOPDirect: true\n" + letters.whole("en")
    )


ABUSE = "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"

COMPLAINTS: list[tuple[str, str, Feedback | Enclosed]] = [
    (
        "rfc-5965",
        "minimal",
        Feedback(
            "en", "This is an email abuse report for an email message received from IP 192.0.2.10.\n", ABUSE
        ),
    ),
    (
        "rfc-5965",
        "every-field",
        Feedback(
            "en",
            "This is an email abuse report for an email message received from IP 192.0.2.10 on\n"
            "Tue, 3 Nov 2026 09:12:03 +0100.\n",
            f"{ABUSE}Original-Mail-From: <{{bounce_address}}>\nOriginal-Rcpt-To: <{{lead_address}}>\n"
            "Arrival-Date: Tue, 3 Nov 2026 09:12:03 +0100\nReporting-MTA: dns; mx.example.net\n"
            "Source-IP: 192.0.2.10\nReported-Domain: example.com\nIncidents: 1\n",
        ),
    ),
    (
        "yahoo",
        "feedback-loop",
        Feedback(
            "en",
            "This is an email abuse report for an email message from example.com on Tue, 3 Nov 2026.\n",
            "Feedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 0.1\n"
            "Original-Mail-From: <{bounce_address}>\nOriginal-Rcpt-To: {lead_address}\n"
            "Received-Date: Tue, 3 Nov 2026 09:12:03 +0100\nReported-Domain: example.com\n"
            "Authentication-Results: dkim=pass; spf=pass\n",
            subject="Abuse report",
            extra="X-Yahoo-Newman-Property: cfl\n",
        ),
    ),
    (
        "redacted",
        "recipient-hidden",
        Feedback(
            "en",
            "This is an email abuse report; the recipient has been redacted.\n",
            f"{ABUSE}Source-IP: 192.0.2.10\nRedacted-Address: redacted\nRedacted-Address: redacted@\n",
            subject="Email Feedback Report for IP 192.0.2.10",
        ),
    ),
    (
        "headers-alone",
        "no-body",
        Feedback(
            "en",
            "A user marked this message as spam.\n",
            f"{ABUSE}Original-Rcpt-To: {{lead_address}}\n",
            subject="complaint about message from 192.0.2.10",
            whole=False,
            to="{sender_address}",
        ),
    ),
    (
        "hotmail",
        "junk-mail-reporting",
        Enclosed(
            "en",
            "staff@hotmail.example.net",
            "complaint about message from 192.0.2.10",
            "",
            complained_of,
            to="{sender_address}",
        ),
    ),
    (
        "ses",
        "complaint",
        Feedback(
            "en",
            "This is an email abuse report for an email message from eu-west-1.ses.example.net on Tue, 3 Nov 2026.\n",
            "Feedback-Type: abuse\nUser-Agent: ses/1.0\nVersion: 1\nOriginal-Mail-From: <{bounce_address}>\n"
            "Original-Rcpt-To: <{lead_address}>\nSource-Ip: 192.0.2.10\n",
            subject="[SES Complaint] {subject}",
        ),
    ),
    (
        "signal-spam",
        "feedback-loop",
        Feedback(
            "fr",
            "Un utilisateur a signalé ce message comme indésirable (spam).\n",
            "Feedback-Type: abuse\nUser-Agent: Signalement/1.0\nVersion: 1\nOriginal-Rcpt-To: {lead_address}\n",
            subject="Signalement d'un message",
        ),
    ),
    (
        "provider",
        "feedback-loop",
        Feedback(
            "de",
            "Ein Empfänger hat die folgende E-Mail als unerwünscht gemeldet.\n",
            "Feedback-Type: abuse\nVersion: 1\nUser-Agent: Beschwerde/2\nSource-IP: 192.0.2.10\n"
            "Original-Rcpt-To: {lead_address}\n",
            subject="Beschwerde zu: {subject}",
        ),
    ),
]

FAILED = "User-Agent: Auth/1.0\nVersion: 1\nSource-IP: 198.51.100.99\nReported-Domain: example.com\n"

OTHERS: list[tuple[str, str, Feedback | Enclosed]] = [
    (
        "rfc-6591",
        "dmarc",
        Feedback(
            "en",
            "This is an authentication failure report for a message received from IP 198.51.100.99.\n",
            f"Feedback-Type: auth-failure\n{FAILED}Auth-Failure: dmarc\nDelivery-Result: reject\n"
            "Authentication-Results: mx.example.net; dmarc=fail header.from=example.com\n"
            "Original-Mail-From: <{bounce_address}>\nOriginal-Rcpt-To: <{lead_address}>\nIdentity-Alignment: none\n",
            subject="DMARC failure report for example.com",
        ),
    ),
    (
        "rfc-6591",
        "spf",
        Feedback(
            "en",
            "A message claiming to be from you has failed the published SPF policy.\n",
            f'Feedback-Type: auth-failure\n{FAILED}Auth-Failure: spf\nSPF-DNS: txt : example.com : "v=spf1 -all"\n',
            whole=False,
        ),
    ),
    (
        "rfc-6591",
        "dkim",
        Feedback(
            "de",
            "Die Signatur dieser Nachricht ließ sich nicht bestätigen.\n",
            f"Feedback-Type: auth-failure\n{FAILED}Auth-Failure: signature\nDKIM-Domain: example.com\n",
            whole=False,
        ),
    ),
    (
        "rfc-6430",
        "not-spam",
        Feedback(
            "en",
            "A user has moved this message out of the spam folder.\n",
            "Feedback-Type: not-spam\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Rcpt-To: {lead_address}\n",
        ),
    ),
    (
        "rfc-6430",
        "not-spam",
        Feedback(
            "fr",
            "Un utilisateur a signalé que ce message n'est pas indésirable.\n",
            "Feedback-Type: not-spam\nVersion: 1\nUser-Agent: Signalement/1.0\nOriginal-Rcpt-To: {lead_address}\n",
            to="{sender_address}",
        ),
    ),
    (
        "rfc-7489",
        "aggregate-gzip",
        Enclosed(
            "en",
            "noreply-dmarc-support@mail.example.net",
            "Report domain: example.com Submitter: mail.example.net Report-ID: 1730592000",
            "This is a DMARC aggregate report for example.com.\n",
            gzipped,
        ),
    ),
    (
        "rfc-7489",
        "aggregate-zip",
        Enclosed(
            "en",
            "dmarcreport@mail.example.net",
            "[Preview] Report Domain: example.com Submitter: mail.example.net Report-ID: 77c1",
            "",
            zipped,
            to="{bounce_address}",
        ),
    ),
    (
        "rfc-7489",
        "aggregate-automatic",
        Enclosed(
            "fr",
            "postmaster@mail.example.net",
            "Report Domain: example.com Submitter: mail.example.net Report-ID: 2026.11.03",
            "Rapport DMARC pour example.com\n",
            gzipped,
            extra="Auto-Submitted: auto-generated\n",
        ),
    ),
    (
        "rfc-8460",
        "tls",
        Enclosed(
            "en",
            "noreply-smtp-tls-reporting@mail.example.net",
            "Report Domain: example.com Submitter: mail.example.net Report-ID: <2026.11.03T00.00.00Z>",
            "This is an aggregate TLS report from mail.example.net\n",
            tls,
            kind='report; report-type="tlsrpt"',
            extra="TLS-Report-Domain: example.com\nTLS-Report-Submitter: mail.example.net\n",
        ),
    ),
]
