"""Options that several commands have, and how their values are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from nurture.errors import SettingError
from nurture.spans import parse_span

Json = Annotated[bool, Parameter(name="--json")]
Yes = Annotated[bool, Parameter(name=["--yes", "-y"])]
All = Annotated[bool, Parameter(name="--all")]


def read_span(text: str | None, fault: str, hint: str) -> timedelta | None:
    """The span that an option was given; None when it was left out.

    Raises:
        SettingError: it is no span; `fault` is how the message begins.
    """
    try:
        return None if text is None else parse_span(text)
    except ValueError as error:
        raise SettingError(f"{fault}: {error}", hint=hint) from None
