"""Header lines: refused when they hide a control character, encoded so that they read back the same."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import Header, decode_header
from functools import lru_cache

from nurture.errors import RenderError
from outbound.message.addresses import wire_address

FOLD_AT = 76
MAX_LINE = 998  # RFC 5322 2.1.1, without its CRLF
ENCODED_WORD = "=?"
PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+@[A-Za-z0-9.\-]+>")
LINK = re.compile(r"(?:https?://|mailto:)[!-;=?-~]+")  # ASCII without spaces, < and >
DOTTED = re.compile(r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]++(\.[A-Za-z0-9_\-]++)+")
FEEDBACK = re.compile(r"(?:[A-Za-z0-9._\-]{1,100}:){0,3}[A-Za-z0-9._\-]{5,15}")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def refuse_controls(name: str, value: str) -> str:
    """The value, once neither it nor anything it decodes to holds a control character or a line end.

    A mail program decodes RFC 2047 words, and may do so again with what comes out: `=?UTF-8?Q?=0A?=` is
    a line end in disguise.

    Raises:
        RenderError: it does; the message names the header, never its value.
    """
    seen = value
    for _ in range(3):
        if CONTROLS.search(seen):
            raise _refused(name, "holds a control character or a line end")
        decoded = _decoded(seen) if ENCODED_WORD in seen else seen
        if decoded == seen:
            return value
        seen = decoded
    raise _refused(name, "hides encoded words in encoded words")


@lru_cache(maxsize=1024)  # most subjects of a batch are the same
def text_line(name: str, value: str) -> str:
    """An unstructured header such as Subject: folded when plain, else wholly in encoded words.

    Wholly, because readers drop the spaces between an encoded word and its neighbours differently.
    """
    value = refuse_controls(name, value).strip()
    longest = max(len(word) for word in value.split(" "))
    if value.isascii() and ENCODED_WORD not in value and "  " not in value and longest < MAX_LINE / 2:
        return _folded(f"{name}: {value}")
    return f"{name}: {_encoded(name, value)}"


@lru_cache(maxsize=1024)
def mailbox_line(name: str, address: str, display: str = "") -> str:
    """An address header: `Name <address>`, the name quoted or encoded as it needs.

    Raises:
        RenderError: the address cannot be written, or the name hides a control character.
    """
    try:
        wire = refuse_controls(name, wire_address(address))
    except ValueError as error:
        raise _refused(name, str(error)) from None
    shown = refuse_controls(name, display).strip()
    if not shown:
        return f"{name}: {wire}"
    if not shown.isascii() or ENCODED_WORD in shown or len(shown) > FOLD_AT:
        return f"{name}: {_encoded(name, shown)}\r\n <{wire}>"
    if not PLAIN_NAME.fullmatch(shown):
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{quoted}"'
    return f"{name}: {shown} <{wire}>"


def link_line(name: str, *links: str) -> str:
    """A header of links in angle brackets, on one physical line: folding it has broken DKIM signatures.

    Raises:
        RenderError: a link is not plain ASCII, or the line would be longer than SMTP carries.
    """
    if not all(LINK.fullmatch(refuse_controls(name, link)) for link in links):
        raise _refused(name, "holds something that is not a plain https: or mailto: link")
    line = f"{name}: " + ", ".join(f"<{link}>" for link in links)
    if len(line) > MAX_LINE:
        raise _refused(name, f"would be longer than {MAX_LINE} characters and must not be folded")
    return line


def id_line(name: str, value: str) -> str:
    """A Message-ID header, as given.

    Raises:
        RenderError: it is not `<left@right>` in plain ASCII.
    """
    if not MESSAGE_ID.fullmatch(refuse_controls(name, value)) or len(value) > 250:
        raise _refused(name, "is not an id of the form <left@right>")
    return f"{name}: {value}"


def list_id_line(list_id: str) -> str:
    """List-Id (RFC 2919): `guides.example.com`, in its angle brackets.

    Raises:
        RenderError: it is not a dotted name.
    """
    bare = list_id.strip("<>")
    if not DOTTED.fullmatch(bare):
        raise _refused("List-Id", "is not a dotted name such as guides.example.com")
    return f"List-Id: <{bare}>"


def feedback_line(value: str) -> str:
    """Feedback-ID, by which Gmail counts complaints: up to three names and the sender's id.

    One line, for it is a single word. https://support.google.com/mail/answer/6254652

    Raises:
        RenderError: there are more fields, one of them is not a plain short name (so that it can neither
            name a person nor hide a line end), or the sender's id has not 5 to 15 characters.
    """
    if not FEEDBACK.fullmatch(refuse_controls("Feedback-ID", value)):
        raise _refused("Feedback-ID", "is not up to three plain names and a sender id of 5 to 15 characters")
    return f"Feedback-ID: {value}"


def _folded(line: str) -> str:
    """Broken between words, never between a header's name and its first word."""
    name, first, *words = line.split(" ")
    lines = [f"{name} {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > FOLD_AT:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return "\r\n ".join(lines)


def _encoded(name: str, value: str) -> str:
    return Header(value, "utf-8", maxlinelen=FOLD_AT, header_name=name).encode(linesep="\r\n")


def _decoded(value: str) -> str:
    """One decoding of RFC 2047 words, as lenient as the most lenient mail program."""
    try:
        parts: list[tuple[str | bytes, str | None]] = decode_header(value)
    except HeaderParseError:
        return ""  # broken base64: it decodes to nothing, anywhere
    return "".join(part if isinstance(part, str) else _text(part, charset) for part, charset in parts)


def _text(part: bytes, charset: str | None) -> str:
    try:
        return part.decode(charset or "latin-1", "replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return part.decode("latin-1")


def _refused(name: str, why: str) -> RenderError:
    return RenderError(
        f"the {name} header {why}",
        hint="look at the template's front matter and at the lead's fields it uses",
    )
