"""What a message looks like, and what it refuses to carry."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.errors import RenderError
from outbound.message.build import build_message
from outbound.message.quoted_printable import LONGEST_RUN

LEAVE = "https://mail.example.com/u/WzcsNDFd.abc_DEF-123"
FEEDBACK = "deliver.white-paper:white-paper:for.marketing:atlas-1f0c3a"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

subjects = st.text().filter(lambda s: not CONTROLS.search(s) and "=?" not in s)


def message(**changes: Any) -> bytes:
    """A message with everything in it, changed where a test says so."""
    return build_message(
        **{
            "sender": ("Atlas", "news@atlas.example"),
            "recipient": "ada@example.com",
            "subject": "Your guide",
            "html": "<p>Hello</p>",
            "text": "Hello\n",
            "message_id": "<e7.s1.o1@atlas.example>",
            "date": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
            "unsubscribe_url": LEAVE,
            **changes,
        }
    )


def parsed(content: bytes) -> EmailMessage:
    """The message as a mail program reads it."""
    found = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(part: Any) -> str:
    """The text of a part, its lines ended as Python ends them."""
    return part.get_content().replace("\r\n", "\n")


def header_lines(content: bytes) -> list[bytes]:
    """The physical lines of the head."""
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_headers() -> None:
    """The head says who, to whom, what, when, which, and how to leave; each once."""
    found = parsed(
        message(
            reply_to="sales@atlas.example",
            list_id="guides.atlas.example",
            feedback_id=FEEDBACK,
            unsubscribe_mailto="mailto:x@y?subject=z",
        )
    )

    assert dict(found.items()) == {
        "From": "Atlas <news@atlas.example>",
        "To": "ada@example.com",
        "Subject": "Your guide",
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Message-ID": "<e7.s1.o1@atlas.example>",
        "Reply-To": "sales@atlas.example",
        "List-Id": "<guides.atlas.example>",
        "Feedback-ID": FEEDBACK,
        "List-Unsubscribe": f"<{LEAVE}>, <mailto:x@y?subject=z>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "MIME-Version": "1.0",
        "Content-Type": found["Content-Type"],
    }
    assert len(found.items()) == 13


def test_both_parts() -> None:
    """The text comes first and the HTML second, as alternatives in UTF-8."""
    found = parsed(message(text="Grüße\n", html="<p>Grüße €</p>"))

    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert [body(part) for part in found.iter_parts()] == ["Grüße\n", "<p>Grüße €</p>\n"]


def test_text_alone() -> None:
    """Without HTML the message is one plain part."""
    found = parsed(message(html=None))

    assert (found.get_content_type(), body(found)) == ("text/plain", "Hello\n")


@given(st.text().filter(lambda s: not CONTROLS.search(s.replace("\n", ""))))
def test_text_reads_back(text: str) -> None:
    """Any text reads back the same, up to its last line end."""
    [plain, _] = parsed(message(text=text)).iter_parts()

    assert body(plain).rstrip("\n") == text.rstrip("\n")


def test_controls_in_a_body_are_dropped() -> None:
    """NUL and its kin, which mail may not carry, are left out of a body."""
    assert body(parsed(message(html=None, text="a\x00b\x1bc\td\n"))) == "abc\td\n"


def test_half_a_character_in_a_body_is_refused() -> None:
    """A body that cannot be written as UTF-8 is one lead's error."""
    with pytest.raises(RenderError, match="cannot be written"):
        message(text="\ud800")


@pytest.mark.parametrize(
    "text", ["x" * 5000, "é" * 5000, "word " * 5000, "日本" * 3000, "a\r\nb\rc\nd\n", ".\n..\n"]
)
def test_any_relay_can_carry_it(text: str) -> None:
    """Every line is ASCII, ends in CRLF and is no longer than a relay must take."""
    content = message(
        text=text, html=f"<p>{text}</p>", subject=text[:900].replace("\r", " ").replace("\n", " ")
    )

    assert content.isascii()
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


@given(subjects)
def test_subject_reads_back(subject: str) -> None:
    """Any subject reads back the same, whatever its script, length or spaces, but for its outer spaces."""
    assert str(parsed(message(subject=subject))["Subject"]).strip() == subject.strip()


PIECES = ["=?", "?=", "utf-8", "?q?", "?B?", "=0A", "=0D", "Cg", " ", "=", "é", "a"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_encoded_words_carry_no_line_end(subject: str) -> None:
    """A subject made of pieces of encoded words either is refused or adds no line end for anybody."""
    read = subject_or_refusal(subject)

    assert not CONTROLS.search(read)


def subject_or_refusal(subject: str) -> str:
    """The subject as read back, or a word for its refusal."""
    try:
        return str(parsed(message(subject=subject))["Subject"])
    except RenderError:
        return "refused"


@given(subjects)
def test_name_reads_back(name: str) -> None:
    """Any sender's name reads back the same, but for its spaces, and never moves the address.

    The spaces are left out because Python's own reader puts one between two encoded words of a name.
    """
    found = parsed(message(sender=(name, "news@atlas.example")))["From"].addresses[0]

    assert found.addr_spec == "news@atlas.example"
    assert "".join(found.display_name.split()) == "".join(name.split())


@pytest.mark.parametrize("subject", ["=?utf-8?b?A?=", "=?utf-8?q?a?=", "2 =? 3 ?=", "=?x?y?z?="])
def test_subject_that_looks_encoded_is_shown_as_it_is(subject: str) -> None:
    """What only looks like an encoded word reaches the reader letter by letter."""
    assert parsed(message(subject=subject))["Subject"] == subject


def wrapped(text: str, times: int) -> str:
    """The text as an encoded word, within another, and so on."""
    for _ in range(times):
        text = f"=?utf-8?q?{quote(text, safe='').replace('%', '=')}?="
    return text


HOSTILE = [
    wrapped("\n", 2),
    wrapped("\n", 3),
    wrapped("\n", 4),
    wrapped("a", 4),
    "a\r\nBcc: x@y.z",
    "a\nBcc: x@y.z",
    "a\rb",
    "a\x00b",
    "a\x0bb",
    "a\x85b",
    "a\u2028b",
    "=?utf-8?q?a=0ABcc:_x?=",
    "=?utf-8?q?=0D=0A?=",
    "=?UTF-8?B?Cg==?=",
    "=?bogus-8?q?=0A?=",
    "=?utf-8?q?=FF=0A?=",
    "=?utf-7?q?=0A?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=3D0A=3F=3D?=",
    "é =?utf-8?q?=0A?= é",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "field", ["subject", "recipient", "reply_to", "list_id", "feedback_id", "message_id", "unsubscribe_url"]
)
def test_hostile_field_is_refused(field: str, value: str) -> None:
    """No field adds a line to the head, plainly or hidden in an encoded word."""
    with pytest.raises(RenderError):
        message(**{field: value})


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_sender_is_refused(value: str) -> None:
    """Nor does the sender's name or address."""
    with pytest.raises(RenderError):
        message(sender=(value, "news@atlas.example"))
    with pytest.raises(RenderError):
        message(sender=("Atlas", f"{value}@atlas.example"))


@pytest.mark.parametrize("given", ["atlas.example", "<1@a> x", "<@a>", "<a@é>", "<" + "a" * 300 + "@b>", ""])
def test_odd_message_id_is_refused(given: str) -> None:
    """A Message-ID is `<left@right>` in plain ASCII."""
    with pytest.raises(RenderError, match="Message-ID"):
        message(message_id=given)


def test_refusal_does_not_show_the_value() -> None:
    """The error names the header and never what stood in it."""
    with pytest.raises(RenderError) as caught:
        message(subject="for ada@example.com\n")

    assert "Subject" in str(caught.value)
    assert "ada" not in str(caught.value)


def test_way_to_leave_is_one_line() -> None:
    """List-Unsubscribe is never folded, however long: folding it has broken signatures."""
    url = LEAVE + "x" * 400
    lines = header_lines(
        message(unsubscribe_url=url, unsubscribe_mailto="mailto:leave@atlas.example?subject=x")
    )

    assert f"List-Unsubscribe: <{url}>, <mailto:leave@atlas.example?subject=x>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_way_to_leave_that_cannot_be_one_line() -> None:
    """A link longer than a line of mail is refused."""
    with pytest.raises(RenderError, match="must not be folded"):
        message(unsubscribe_url=LEAVE + "x" * 1000)


@pytest.mark.parametrize("link", ["ftp://a/b", "https://a/é", "https://a b", "https://a>", "javascript:x"])
def test_odd_link_is_refused(link: str) -> None:
    """Only plain https: and mailto: links lead out."""
    with pytest.raises(RenderError, match="List-Unsubscribe"):
        message(unsubscribe_url=link)


def test_mail_without_a_link() -> None:
    """Service mail may carry no way to leave; then it does not claim one click either."""
    assert not [line for line in header_lines(message(unsubscribe_url=None)) if line.startswith(b"List-")]


def test_mailto_alone_claims_no_one_click() -> None:
    """One-click needs the https link (RFC 8058): with mailto alone it is not claimed."""
    found = parsed(message(unsubscribe_url=None, unsubscribe_mailto="mailto:x@y.z"))

    assert (found["List-Unsubscribe"], found["List-Unsubscribe-Post"]) == ("<mailto:x@y.z>", None)


def test_same_arguments_same_bytes() -> None:
    """A retry sends the very same message."""
    assert message() == message()


def test_local_date_keeps_its_offset() -> None:
    """A date in another zone is written with its offset."""
    date = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))

    assert b"Date: Mon, 02 Mar 2026 10:00:00 +0100" in header_lines(message(date=date))


def test_one_instant_is_written_with_the_offset_it_is_given_with() -> None:
    """The same instant in another zone, written just before, does not lend its form."""
    utc = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    written = [
        header_lines(message(date=date)) for date in (utc, utc.astimezone(timezone(timedelta(hours=1))))
    ]

    assert b"Date: Mon, 02 Mar 2026 09:00:00 +0000" in written[0]
    assert b"Date: Mon, 02 Mar 2026 10:00:00 +0100" in written[1]


def test_naive_date_is_refused() -> None:
    """A date without a zone is a mistake of ours."""
    with pytest.raises(ValueError, match="zone"):
        message(date=datetime(2026, 3, 2))  # noqa: DTZ001


def test_international_domain_is_ascii() -> None:
    """A domain outside ASCII is written as IDNA, so that any relay carries it."""
    assert b"To: ada@xn--mnchen-3ya.example" in header_lines(message(recipient="ada@münchen.example"))


def test_international_local_part_stays() -> None:
    """A local part outside ASCII stays as it is (RFC 6532): only an SMTPUTF8 relay can carry it."""
    assert "To: zoé@example.com".encode() in header_lines(message(recipient="zoé@example.com"))


@pytest.mark.parametrize(
    "recipient", ["", "ada", "ada@", "@b", "a b@c", "a@b, x@y", "a@-b", "ada@" + "ü" * 70 + ".de"]
)
def test_impossible_recipient_is_refused(recipient: str) -> None:
    """What is not one address is refused, without showing it."""
    with pytest.raises(RenderError, match="the To header"):
        message(recipient=recipient)


def test_long_subject_is_folded_between_words() -> None:
    """A long plain subject is folded at spaces, and reads back whole."""
    subject = " ".join(["words"] * 40)
    content = message(subject=subject)

    assert max(len(line) for line in header_lines(content)) <= 78
    assert parsed(content)["Subject"] == subject


def by_the_standard_library(subject: str, text: str, html: str) -> EmailMessage:
    """The same message as EmailMessage builds it."""
    built = EmailMessage(policy=email.policy.SMTP)
    built["From"] = "Atlas <news@atlas.example>"
    built["To"] = "ada@example.com"
    built["Subject"] = subject
    built["Date"] = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    built["Message-ID"] = "<e7.s1.o1@atlas.example>"
    built["Feedback-ID"] = FEEDBACK
    built["List-Unsubscribe"] = f"<{LEAVE}>"
    built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    built["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    built.set_content(text)
    built.add_alternative(html, subtype="html")
    return parsed(built.as_bytes())


def shape(found: EmailMessage) -> list[tuple[str, str | None, str]]:
    """The parts as a reader sees them: type, charset, text up to its last line end."""
    parts = [part for part in found.walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_content_charset(), body(part).rstrip("\n")) for part in parts]


def head(found: EmailMessage) -> dict[str, str]:
    """The head as a reader sees it, but for the boundary of the parts."""
    return {name: str(value) for name, value in found.items() if name != "Content-Type"}


plain_subjects = st.text(st.sampled_from("aé日🎉 .,:")).map(lambda s: " ".join(s.split()))


@given(plain_subjects, *[st.text().filter(lambda s: not CONTROLS.search(re.sub(r"[\t\n]", "", s)))] * 2)
def test_what_is_written_by_hand_reads_as_the_standard_librarys(subject: str, text: str, html: str) -> None:
    """Head and body parse to the message that the standard library would have built."""
    ours = parsed(message(subject=subject, text=text, html=html, feedback_id=FEEDBACK))
    theirs = by_the_standard_library(subject, text, html)

    assert shape(ours) == shape(theirs)
    assert head(ours) == head(theirs)


runs = st.text(st.sampled_from("aé日 =.\n\t\r\x00\ufeff"), max_size=30) | st.just("x" * 90)


@given(st.lists(runs, max_size=8))
@example(["<p>\n" + "é" * LONGEST_RUN + "\n", "b", "\x00"])
def test_pieces_give_the_same_bytes_as_the_whole(pieces: list[str]) -> None:
    """In how many pieces a text comes changes nothing in the message."""
    assert message(html=pieces) == message(html="".join(pieces))


def test_half_a_character_in_a_piece_is_refused() -> None:
    """What cannot be written fails the touch, wherever it stands."""
    with pytest.raises(RenderError, match="character"):
        message(html=["<p>\n", "\ud83d", "</p>\n"])


@pytest.mark.parametrize(
    "given",
    [
        "acme",
        "sixteencharacter",
        "a:b:c:d:acme-1",
        "a b:acme-1",
        "ada@x.org:acme-1",
        "é:acme-1",
        ":",
        "a::acme-1",
    ],
    ids=["short", "long", "five fields", "space", "address", "not ASCII", "empty", "an empty field"],
)
def test_odd_feedback_id_is_refused(given: str) -> None:
    """Up to three plain names, and a sender id as long as Gmail wants it; never an address."""
    with pytest.raises(RenderError, match="Feedback-ID"):
        message(feedback_id=given)


def test_feedback_id_is_one_line() -> None:
    """As long as it may be, it is written on one line, which any relay carries."""
    value = ":".join(["a" * 100] * 3 + ["atlas-1f0c3a"])

    assert f"Feedback-ID: {value}".encode() in header_lines(message(feedback_id=value))


NAMES = {
    "plain": "Atlas",
    "long and not ASCII": "Gesellschaft für Wärmerückgewinnung und Lüftungstechnik, Wien-Süd " * 3,
    "long and plain": "The Society for Things that Need Many Words to Say What They Are for, Limited " * 3,
    "quoted": 'Ada "the first", of Atlas',
    "right to left": "שלום עולם " * 12,
    "emoji": "🎉" * 40,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_folded_for_every_relay(name: str) -> None:
    """However long, it reads back whole but for its spaces; no line is longer than 78."""
    content = message(sender=(name, "news@atlas.example"))
    [found] = parsed(content)["From"].addresses

    assert max(len(line) for line in header_lines(content)) <= 78
    assert "".join(found.display_name.split()) == "".join(name.split())
    assert found.addr_spec == "news@atlas.example"


@pytest.mark.parametrize("subject", ["🎉", "🎉🎊 🥳" * 30, "👩🏽‍💻" * 20], ids=["one", "many", "joined"])
def test_a_subject_of_emoji_reads_back(subject: str) -> None:
    """No emoji is cut in two between encoded words."""
    content = message(subject=subject)

    assert max(len(line) for line in header_lines(content)) <= 78
    assert parsed(content)["Subject"] == subject


@pytest.mark.parametrize("text", ["", "\n", " "], ids=["nothing", "a line end", "a space"])
def test_an_empty_text_is_a_whole_message(text: str) -> None:
    """Both parts are there, and the head is followed by its empty line."""
    content = message(text=text, html=text)

    assert [body(part).strip() for part in parsed(content).iter_parts()] == ["", ""]
    assert parsed(content).defects == []


@pytest.mark.parametrize("field", ["recipient", "reply_to"])
def test_an_address_longer_than_smtp_carries_is_refused(field: str) -> None:
    """254 octets fit a command (RFC 5321 4.5.3.1.3), and a line of the head too."""
    with pytest.raises(RenderError, match="longer than"):
        message(**{field: "a" * 300 + "@example.com"})


def test_international_domains_everywhere() -> None:
    """Sender, recipient and answers to: each domain in ASCII, whoever wrote it."""
    content = message(sender=("Ü", "news@münchen.example"), reply_to="an@straße.example")
    found = parsed(content)

    assert content.isascii()
    assert found["From"].addresses[0].domain == "xn--mnchen-3ya.example"
    assert found["Reply-To"] == "an@xn--strae-oqa.example"
