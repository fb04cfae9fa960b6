"""The policy, nurture.yaml: who sends, how often, when, and what counts as mature."""

from __future__ import annotations

from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, field_validator

from nurture.country_names import country_code
from nurture.files.diagnosis import Fault
from nurture.files.source import Node, Strict, Written, salvage, validate
from nurture.project.pace import Sending
from nurture.spans import CapText, HoursText, Span, WindowText, ZoneText, parse_cap, parse_hours, parse_span
from nurture.templates.written_links import link_fault
from nurture.texts.translation import Language, Said, Text, Words
from nurture.timing import Window
from nurture.words import Stage

Cell = Literal["nurture", "mql", "fast-track", "disqualify"]
"""What a cell of the maturity matrix says of a lead."""

Grade = Literal["A", "B", "C", "D"]
Row = Annotated[list[Cell], Field(min_length=4, max_length=4)]
MATRIX: dict[Grade, list[Cell]] = {
    "A": ["mql", "mql", "nurture", "nurture"],
    "B": ["mql", "nurture", "nurture", "nurture"],
    "C": ["nurture", "nurture", "nurture", "nurture"],
    "D": ["nurture", "nurture", "nurture", "nurture"],
}
"""The matrix unless nurture.yaml says otherwise: a row for each grade, from hot to cold."""
GRADES = ("A", "B", "C", "D")
HEATS = (1, 2, 3, 4)


def read_address(text: str) -> str:
    """Check a mail address and answer it normalised; raises ValueError."""
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except (EmailNotValidError, TypeError, AttributeError) as error:
        raise ValueError(f"`{text}` is not a mail address: {error}") from error


def read_country(text: str) -> str:
    """Check an ISO 3166-1 country code such as `FR`; raises ValueError."""
    code = country_code(text) if isinstance(text, str) else None
    if code is None:
        raise ValueError(f"`{text}` is not a country; write its ISO code, such as `FR`")
    return code


Address = Annotated[str, PlainValidator(read_address), WithJsonSchema({"type": "string", "format": "email"})]
"""A field of a model that reads a mail address."""
Country = Annotated[str, PlainValidator(read_country), WithJsonSchema({"type": "string"})]
"""A field of a model that reads a country."""


def _website(text: str) -> str:
    if text and (told := link_fault(text)):
        raise ValueError("; ".join(told))
    return text


Website = Annotated[str, AfterValidator(_website)]
"""A field of a model that reads the address of a web site, or nothing."""
TeamName = Annotated[str, Written(r"[a-z0-9][a-z0-9_-]{0,79}", "a name; write it as `marketing`")]
"""What the policy calls a team or a webhook."""
WebhookUrl = Annotated[
    str,
    Written(
        r"https://[^\s/@?#]+(/[^\s#]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s#]*)?",
        "a webhook; write `https://...`, without a name or a password",
    ),
]
"""Where another system listens: https, or this machine itself."""


class Company(Strict):
    """Who writes; the name and the postal address stand in the foot of every marketing mail."""

    name: Text
    postal_address: Text
    website: Website = ""
    country: Country | None = None


class Sender(Strict):
    """The name and the address mail is sent from."""

    name: Text
    address: Address
    reply_to: Address | None = None


class ConsentPolicy(Strict):
    """How long a lead may take to confirm a double opt-in."""

    confirm_within: Span = parse_span("7 days")


class Maturity(Strict):
    """Thresholds of both scores, and the matrix that says what each grade and heat means."""

    fit: dict[Literal["A", "B", "C"], float] = Field(default={"A": 60, "B": 40, "C": 20})
    engagement: dict[Literal[1, 2, 3], float] = Field(default={1: 60, 2: 35, 3: 15})
    margin: Annotated[float, Field(ge=0, le=50)] = 5
    matrix: dict[Grade, Row] = Field(default=MATRIX)

    @field_validator("engagement", mode="before")
    @classmethod
    def _heats(cls, value: object) -> object:
        # A key of a YAML mapping is read as text; heats are numbers everywhere else.
        named = {str(heat): heat for heat in HEATS}
        return {named.get(key, key): at for key, at in value.items()} if isinstance(value, dict) else value

    @field_validator("fit", "engagement")
    @classmethod
    def _descending(cls, value: dict[object, float]) -> dict[object, float]:
        thresholds = list(value.values())
        if len(thresholds) != 3 or sorted(set(thresholds), reverse=True) != thresholds:
            raise ValueError("write all three thresholds, the best first, each lower than the one before")
        return value

    @field_validator("matrix")
    @classmethod
    def _whole(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if missing := [grade for grade in GRADES if grade not in value]:
            raise ValueError(f"the row of grade {missing[0]} is missing")
        return value

    def cell(self, grade: str, heat: int) -> str:
        """What the matrix says of this grade and heat: nurture, mql, fast-track or disqualify."""
        return {str(row): cells for row, cells in self.matrix.items()}[grade][heat - 1]


class Seller(Strict):
    """Somebody a mature lead can be offered to."""

    name: Text
    address: Address
    title: str = ""
    language: Language | None = None


class HandoffPolicy(Strict):
    """How soon a seller must answer, who the sellers are, and who gets replies of leads without a seller.

    An offer that nobody answers lapses when it is overdue by `lapse`: the lead is nurtured again. A seller
    who asks for time moves the due time, but no further than `snooze` after the offer.
    """

    due: Span = parse_span("1 day")
    lapse: Span = parse_span("14 days")
    snooze: Span = parse_span("60 days")
    sellers: tuple[Seller, ...] = ()
    team: Address | None = None


class BouncePolicy(Strict):
    """When temporary failures suppress an address: this many touches in a row, over this long."""

    soft: Annotated[int, Field(ge=2, le=100)] = 5
    over: Span = parse_span("7 days")


class Policy(Strict):
    """nurture.yaml as checked. Every default of the policy stands here."""

    company: Company
    sender: Sender
    zone: ZoneText = "UTC"
    country: Country | None = None
    language: Language = "en"
    languages: tuple[Language, ...] = ()
    caps: tuple[CapText, ...] = (parse_cap("2 per 7 days"),)
    window: WindowText | None = None
    quiet_hours: tuple[HoursText, ...] = (parse_hours("21:00-07:00"),)
    holidays: bool = True
    spread: Span = parse_span("15 minutes")
    consent: ConsentPolicy = ConsentPolicy()
    maturity: Maturity = Maturity()
    handoff: HandoffPolicy = HandoffPolicy()
    bounces: BouncePolicy = BouncePolicy()
    sending: Sending = Sending()
    stages: dict[Stage, Words] = Field(default={})
    teams: dict[TeamName, Address] = Field(default={})
    webhooks: dict[TeamName, WebhookUrl] = Field(default={})

    def recipient(self, name: str) -> str | None:
        """The address of a team or a seller; None when the policy names nobody so."""
        known = {seller.name: seller.address for seller in self.handoff.sellers} | self.teams
        return known.get(name)

    @property
    def quiet(self) -> tuple[Window, ...]:
        """The quiet hours as windows in which nothing leaves."""
        return self.quiet_hours

    def label(self, stage: str) -> Said:
        """What this company calls a stage, if it calls it anything of its own."""
        return {known.value: label for known, label in self.stages.items()}.get(stage, stage)


def read_policy(node: Node, path: str) -> tuple[Policy | None, list[Fault]]:
    """Read nurture.yaml."""
    return validate(Policy, node, path)


def salvage_policy(node: Node, path: str) -> tuple[Policy | None, list[Fault]]:
    """Read nurture.yaml, and answer what can be read also when parts of it are at fault.

    Never run what comes with faults.
    """
    found = salvage(Policy, node, path, _STAND_INS)
    return found.value, found.faults


_STAND_INS = {
    "company": {"name": "?", "postal_address": "?"},
    "sender": {"name": "?", "address": "nobody@example.com"},
    "name": "?",
    "address": "nobody@example.com",
    "postal_address": "?",
}
"""What is read in the place of what is missing, so that the rest is checked."""
