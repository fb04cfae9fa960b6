"""The Jinja environments templates run in: strict, sandboxed, and limited to a short list of filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import do_round, make_attrgetter
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from nurture.errors import RenderError
from nurture.speech.dates import say_clock, say_date, say_day
from nurture.templates.budget import COUNTERS, WORK, Metered, joined, plain, rewrite, within_bounds
from nurture.texts.translation import Phrase

FILTERS = (
    "abs", "capitalize", "count", "d", "default", "first", "float", "int", "join", "last", "length",
    "list", "lower", "round", "sort", "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
"""Jinja's own filters that templates may use; none can leave the sandbox or blow up the output."""

TESTS = (
    "defined", "undefined", "none", "number", "string", "sameas", "in",
    "eq", "ne", "lt", "le", "gt", "ge", "==", "!=", "<", "<=", ">", ">=",
    "divisibleby", "even", "odd", "true", "false",
)  # fmt: skip

LONGEST = WORK
"""No rendered part may be longer, in characters."""
DIGITS = 15
"""No number is rounded further than to so many digits, on either side of the point."""

# Bidirectional overrides would let a name turn the words after it around.
_UNSEEN = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF]
)
_UNSEEN |= dict.fromkeys(range(0xE000, 0xE006))  # the marks of prepared templates
_UNSEEN |= dict.fromkeys((*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85, 0x2028, 0x2029), " ")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # French needs its no-break spaces
_SAFE_IN_URL = "/:?#[]@!$&'()*+,;=%~-._"
_LINK_START = re.compile(r"(?:https?|mailto|tel):|/", re.IGNORECASE)


def one_line(text: str) -> str:
    """Answer the text on one line: runs of white space become one space, control characters go."""
    if text.isprintable() and "  " not in text:
        return text
    return _SPACES.sub(" ", text.translate(_UNSEEN))


def header_line(text: str) -> str:
    """Answer one line as a subject: what a name brings along that reads as an encoded word is parted.

    Mail programs decode `=?UTF-8?Q?=0A?=` wherever it stands (RFC 2047), and the guard against it would
    refuse the whole mail: a name copied from a raw header must not cost the lead its message.
    """
    return text.replace("=?", "= ?")


@pass_context
def shown(context: Metered, value: Any, source: str) -> str:
    """Answer what a `{{ ... }}` shows; what is unknown or not plain text or number fails the touch."""
    if not isinstance(value, str):
        return _plainly_shown(value, source)
    context.spend(len(value))
    return one_line(value)


@pass_context
def shown_in_page(context: Metered, value: Any, source: str) -> str:
    """Answer a value between two elements: as `shown` does; passages in another language say so."""
    if type(value) is not Phrase:
        return shown(context, value, source)
    context.spend(len(value))
    parts = [(escape(one_line(words)), language) for words, language in value.parts]
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(language, words) if language else words
        for words, language in parts
    )


def _plainly_shown(value: Any, source: str) -> str:
    if value is None:
        raise RenderError(f"`{source}` is unknown", hint=f'write {{{{ {source} or "..." }}}}')
    try:
        return plain(value)
    except RenderError:
        what = type(value).__name__
        hint = f'write {{{{ {source} | day("Europe/Paris") }}}}' if isinstance(value, datetime) else ""
        raise RenderError(f"`{source}` is a {what}, not text or a number", hint=hint) from None


@pass_context
def shown_in_url(context: Metered, value: Any, source: str) -> str:
    """Answer a value for the middle of a link, percent-encoding what no URL may hold."""
    return quote(shown(context, value, source), safe=_SAFE_IN_URL)


@pass_context
def shown_as_url(context: Metered, value: Any, source: str) -> str:
    """Answer a value that begins a link: with http, https, mailto or tel, or with a slash."""
    url = shown_in_url(context, value, source)
    if not _LINK_START.match(url):
        raise RenderError(f"`{source}` is not a link to the web or to a mailbox")
    return url


@pass_context
def _day(context: Context, at: date, zone: str | None = None) -> str:
    if not isinstance(at, datetime):
        return say_date(at, context["language"])  # a day is the same day everywhere
    return say_day(at, context["language"], _zone(zone, "day"))


@pass_context
def _clock(context: Context, at: date, zone: str | None = None) -> str:
    if not isinstance(at, datetime):
        raise RenderError("a date has no time of day", hint="use `day`")
    return say_clock(at, context["language"], _zone(zone, "clock"))


def _zone(zone: str | None, filter: str) -> str:
    if not isinstance(zone, str):
        raise RenderError(f"`{filter}` wants a time zone", hint=f'write {filter}("Europe/Paris")')
    return zone


def _round(value: Any, precision: int = 0, method: Any = "common") -> Any:
    if not -DIGITS <= precision <= DIGITS:
        raise RenderError(f"`round` keeps at most {DIGITS} digits")
    return do_round(value, precision, method)


@pass_context
def _join(context: Metered, items: Any, by: Any = "", attribute: Any = None) -> Any:
    wanted = make_attrgetter(context.environment, attribute) if attribute is not None else None
    return joined(context, [wanted(item) if wanted else item for item in items], plain(by))


@pass_context
def _trim(context: Metered, text: str, chars: Any = None) -> str:
    letters = None if chars is None else plain(chars)
    context.spend(len(text) * len(letters or " "))
    return text.strip(letters)


OWN_FILTERS: dict[str, Any] = {"day": _day, "clock": _clock}
"""Filters of ours: `webinar.starts_at | day("Europe/Paris")` and `| clock("Europe/Paris")`."""
_BOUNDED: dict[str, Any] = {"round": _round, "join": _join, "trim": _trim}


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """Jinja for plain data: mappings give items only, text gives no attributes, results are bounded."""

    context_class = Metered
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, **options: Any) -> None:
        # Nothing is reckoned while a template is compiled: there is no budget yet.
        super().__init__(undefined=StrictUndefined, optimized=False, **options)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | OWN_FILTERS | _BOUNDED | COUNTERS
        self.tests = {name: self.tests[name] for name in TESTS}

    def _generate(self, source: nodes.Template, *given: Any, **named: Any) -> str:
        return super()._generate(rewrite(source), *given, **named)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look up `obj.attribute`: an item of a mapping, or the counters of a loop."""
        # Asking an abstract class takes longer than all the rest.
        if type(obj) is dict or isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up `obj[argument]`, never falling back to an attribute of Python's."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers only, so that no product, power or format grows without bounds."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers:
            raise SecurityError(f"`{operator}` works on numbers only; join text with `~`")
        return within_bounds(super().call_binop(context, operator, left, right))


# Private characters, not braces: text that merely looks like Jinja after Markdown's unescaping stays text.
BLOCK, BLOCK_END, VALUE, VALUE_END, NOTE, NOTE_END = (chr(code) for code in range(0xE000, 0xE006))


def authors_sandbox() -> TemplateSandbox:
    """Answer the environment that reads what authors write, to find their mistakes in their own lines."""
    return TemplateSandbox(keep_trailing_newline=True)


def prepared_sandbox(*, html: bool) -> TemplateSandbox:
    """Answer the environment that runs prepared templates, escaping values when `html`."""
    sandbox = TemplateSandbox(
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        block_start_string=BLOCK,
        block_end_string=BLOCK_END,
        variable_start_string=VALUE,
        variable_end_string=VALUE_END,
        comment_start_string=NOTE,
        comment_end_string=NOTE_END,
    )
    sandbox.filters |= {"shown": shown, "shown_in_page": shown_in_page}
    sandbox.filters |= {"shown_in_url": shown_in_url, "shown_as_url": shown_as_url}
    return sandbox
