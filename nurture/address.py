"""One spelling for each e-mail address: trimmed, its domain in IDNA, lower-cased."""

from __future__ import annotations

import re

from nurture.errors import NurtureError

LONGEST = 254
"""Octets in an address (RFC 5321 4.5.3.1.3, RFC 3696 erratum 1690)."""

# Plain ASCII addresses whose verdict needs no library: dot-atom local part of at most 64 octets, host labels
# of at most 63, a last label that ends with a letter. `--` (Punycode) and reserved names take the long way.
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_!#$%&'*+\-/=?^`{|}~]+(?:\.[a-z0-9_!#$%&'*+\-/=?^`{|}~]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z0-9][a-z0-9-]{0,61})?[a-z]",
    re.ASCII,
)
_RESERVED = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")


class AddressError(NurtureError, ValueError):
    """Not an address that mail can be sent to; `reason` says why, without the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise(text: str) -> str:
    """Answer the one spelling of an address. Provider tricks (dots, plus tags) stay as they are.

    Domains become ASCII (IDNA 2008). Example and test domains are allowed, since projects are tried on them;
    IP literals, `localhost` and domains without a dot are not.

    Raises:
        AddressError: no relay would take it, or it would need SMTPUTF8, which not every relay speaks.
    """
    lowered = text.strip().lower()
    if (
        len(lowered) <= LONGEST
        and text.isascii()  # the Kelvin sign lowers to a plain k
        and "--" not in lowered
        and not lowered.endswith(_RESERVED)
        and _PLAIN.fullmatch(lowered)
    ):
        return lowered
    return by_the_book(text)


def by_the_book(text: str) -> str:
    """Answer what `normalise` does, always by email-validator: tests compare `normalise` with it."""
    # Imported here: only unusual addresses need it.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            text.strip(),
            allow_smtputf8=False,
            strict=True,
            check_deliverability=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        # `from None`: the library's text may quote parts of the address.
        raise AddressError(str(error)) from None
    if "." not in found.ascii_domain:
        raise AddressError("The part after the @-sign is not valid. It should have a period.")
    return f"{found.local_part}@{found.ascii_domain}".lower()
