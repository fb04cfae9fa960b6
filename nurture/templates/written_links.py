"""Checks a link of a template: whether it leads anywhere, and what was probably meant."""

from __future__ import annotations

import re

from nurture.files.diagnosis import suggest

HOLE = "\ue000"
"""Stands in a link for a value that only a lead's data can tell."""
_SCHEME = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*+)\s*+:(?!\d++(?:/|$))")
_LABEL = rf"(?!-)[\w{HOLE}-]++(?<!-)"
_HOST = re.compile(rf"\A(?:(?:{_LABEL}\.)+[^\W\d_][\w{HOLE}-]*+\.?|localhost|[\d.]++|\[[0-9a-fA-F:]++\])")
_MAIL = re.compile(rf"\A(?:[^\s@<>]++@[^\s@<>]+\.[^\s@<>.]++|[^?{HOLE}]*+{HOLE}[^?]*+)")
_DOMAIN = re.compile(r"\A(?:[\w-]++\.)+[A-Za-z]{2,24}+(?::\d++)?(?:[/?#].*)?")
_FILE = re.compile(
    r"\A.*\.(html?|php|pdf|docx?|png|jpe?g|md|j2|url|title)(?:[?#].*)?", re.IGNORECASE | re.DOTALL
)
_BLANKS = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_PORT = re.compile(r":\d+$")
_ENDS_SITE = re.compile(r"[/?#]")
_GOES_DEEPER = re.compile(r"[/?]")
_NAME = re.compile(r"\A(?:assets|asset|webinars|webinar|lead|company|sender)\.[\w.]++$")
_KNOWN = ("http", "https", "mailto", "tel", "cid")


def link_fault(link: str) -> tuple[str, str] | None:
    """Answer (what is wrong, what to write) of a link, or None. `HOLE` stands for a value in it."""
    bare = link.strip()
    if bare in ("", "#"):
        return "this link leads nowhere", "write where it goes: `https://...`"
    if bare.startswith((HOLE, "cid:", "#")):
        return None
    if _BLANKS.search(bare):
        whole = _BLANKS.sub("%20", bare)
        return f"a blank in the link `{_shown(bare)}`", f"write `{_shown(whole)}`"
    if found := _SCHEME.match(bare):
        return _of_scheme(bare, found[1].lower(), bare[found.end() :])
    return _without_scheme(bare)


def _of_scheme(link: str, scheme: str, rest: str) -> tuple[str, str] | None:
    if scheme in ("http", "https"):
        return _of_web(link, scheme, rest)
    if scheme == "mailto":
        told = _MAIL.fullmatch(rest.lstrip("/").partition("?")[0]) and not rest.startswith("/")
        what = f"`{_shown(link)}` holds no mail address"
        return None if told else (what, "write `mailto:sales@example.com`")
    if scheme == "tel":
        what = f"`{_shown(link)}` holds no number"
        return None if _DIGIT.search(rest) or HOLE in rest else (what, "write `tel:+33...`")
    meant = suggest(scheme, _KNOWN)
    if not meant:
        return None
    slashes = f"//{rest.lstrip('/')}" if meant.startswith("http") else rest.lstrip("/")
    return f"no link begins with `{scheme}:`", f"did you mean `{_shown(f'{meant}:{slashes}')}`?"


def _of_web(link: str, scheme: str, rest: str) -> tuple[str, str] | None:
    if not rest.startswith("//") or rest.startswith("///"):
        return f"`{_shown(link)}` names no web site", f"write `{_shown(f'{scheme}://' + rest.lstrip('/'))}`"
    site = _ENDS_SITE.split(rest[2:], maxsplit=1)[0]
    host = _PORT.sub("", site.rpartition("@")[2])
    if _SCHEME.match(rest[2:]) and host.rstrip(":") in ("http", "https"):
        return f"`{_shown(link)}` begins twice", f"write `{_shown(rest[2:])}`"
    if host.startswith(HOLE) or _HOST.fullmatch(host):
        return None
    return f"`{_shown(host)}` is no web site", "write the whole name, such as `https://www.example.com/`"


def _without_scheme(link: str) -> tuple[str, str] | None:
    if link.startswith("//"):
        return f"`{_shown(link)}` names no scheme", f"write `https:{_shown(link)}`"
    if link.startswith(("/", "?")):
        return None
    if "@" in link and _MAIL.fullmatch(link):
        return f"`{_shown(link)}` is an address, not a link", f"write `mailto:{_shown(link)}`"
    if _NAME.match(link):
        return f"`{_shown(link)}` is a name, not a link", f"write `{{{{ {_shown(link)} }}}}`"
    if link.startswith("www.") or (_DOMAIN.fullmatch(link) and not _FILE.fullmatch(link)):
        return (
            f"`{_shown(link)}` has no `https://`, so no program opens it",
            f"write `https://{_shown(link)}`",
        )
    if _GOES_DEEPER.search(link):
        return None  # below whatever the mail is read at, which is odd and harmless
    return f"`{_shown(link)}` leads nowhere from a mail", "write the whole link: `https://...`"


def _shown(text: str) -> str:
    return text.replace(HOLE, "{{ ... }}")[:80]
