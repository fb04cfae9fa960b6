"""Writes leads.csv beside it: three hundred rows of invented leads, the same for the same seed."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

SEED = 7
ROWS = 300
LAST_DAY = date(2026, 11, 27)
"""The export is older than any moment the demo runs at."""

COLUMNS = (
    *("id", "email", "first_name", "last_name", "company", "job_title", "industry", "employees"),
    *(
        "country",
        "language",
        "zone",
        "met_at",
        "consent",
        "consent_since",
        "do_not_mail",
        "visits",
        "last_guide",
    ),
)

FRENCH = (
    "Camille", "Léa", "Manon", "Chloé", "Inès", "Jade", "Sarah", "Zoé", "Élise", "Margaux", "Anaïs",
    "Clémence", "Hugo", "Louis", "Nathan", "Jules", "Théo", "Maël", "Antoine", "Baptiste", "Rémi",
    "Étienne", "Yanis", "Karim", "Olivier", "Sylvain", "Nadia", "Fatou", "Aurélie", "Benoît",
)  # fmt: skip
FRENCH_LAST = (
    "Morvan", "Lecerf", "Delaunay", "Pruvost", "Garrigue", "Vasselin", "Bonnefoy", "Tisserand", "Marchal",
    "Rouvière", "Kerleau", "Dumontet", "Sabatier", "Lachaume", "Perrault", "Chevrier", "Gauthrot",
    "Bellanger", "Castaing", "Vidalenc", "Thévenin", "Ricordel", "Aubertin", "Nguyen", "Benali", "Diallo",
)  # fmt: skip
ENGLISH = (
    "Amelia", "Grace", "Freya", "Isla", "Maeve", "Niamh", "Hannah", "Lotte", "Femke", "Anke", "Greta",
    "Priya", "Aisha", "Naomi", "Ruth", "Owen", "Callum", "Rhys", "Ewan", "Declan", "Oliver", "Marcus",
    "Tobias", "Lukas", "Bram", "Sven", "Arjun", "Daniel", "Samuel", "Victor",
)  # fmt: skip
ENGLISH_LAST = (
    "Hartwell", "Pemberton", "Ashdown", "Llewellyn", "Mackay", "Gallagher", "Brennan", "Whitlock",
    "Fairclough", "Okafor", "Rahman", "Patel", "Lindqvist", "de-Vries", "Jansen", "Brandt", "Hoffmann",
    "Keller", "Winkler", "Sato", "Novak", "Fletcher", "Thornbury", "Osborne", "Carmody", "Ellison",
)  # fmt: skip

PLACES = (  # country, language, zone where the country has several, weight
    ("FR", "fr", "", 78),
    ("BE", "fr", "", 14),
    ("CH", "fr", "", 12),
    ("LU", "fr", "", 5),
    ("CA", "fr-CA", "America/Toronto", 12),
    ("GB", "en", "", 58),
    ("IE", "en", "", 16),
    ("DE", "en", "", 26),
    ("NL", "en", "", 20),
    ("SE", "en", "", 8),
    ("US", "en", "America/New_York", 14),
    ("US", "en", "America/Los_Angeles", 8),
    ("CA", "en", "America/Vancouver", 5),
    ("SG", "en", "", 7),
    ("IN", "en", "", 8),
    ("", "en", "", 9),  # a form without the field
)
TITLES_EN = (
    ("Head of IT", 9),
    ("CISO", 8),
    ("CIO", 6),
    ("Director of Information Security", 6),
    ("Head of Compliance", 5),
    ("Security Analyst", 9),
    ("IT Manager", 12),
    ("Compliance Officer", 7),
    ("Internal Auditor", 4),
    ("Identity Engineer", 5),
    ("Finance Manager", 5),
    ("Project Manager", 6),
    ("Marketing Manager", 4),
    ("Consultant", 6),
    ("Student", 5),
    ("", 4),
)
TITLES_FR = (
    ("DSI", 10),
    ("RSSI", 10),
    ("Responsable Sécurité SI", 9),
    ("Responsable informatique", 4),
    ("Responsable IT Support", 8),
    ("Analyste Sécurité", 8),
    ("Responsable Audit interne", 6),
    ("Responsable de projet", 7),
    ("Contrôle de gestion", 5),
    ("Responsable marketing", 4),
    ("Consultant", 5),
    ("Étudiant en cybersécurité", 5),
    ("", 4),
)
INDUSTRIES = (
    ("finance", 16),
    ("health", 14),
    ("logistics", 12),
    ("manufacturing", 16),
    ("public sector", 10),
    ("software", 12),
    ("retail", 8),
    ("education", 6),
    ("energy", 6),
)
FIRST_PARTS = (
    "Alder", "Brise", "Calder", "Dolmen", "Ember", "Falaise", "Granit", "Harbour", "Iris", "Jonquille",
    "Kestrel", "Lande", "Merle", "Northgate", "Orme", "Peregrine", "Quartz", "Rivage", "Sable", "Tarn",
    "Umber", "Valmont", "Wharf", "Yarrow", "Zephyr", "Aubrac", "Beacon", "Cobalt", "Druse", "Estran",
)  # fmt: skip
SECOND_PARTS = {
    "finance": ("Assurances", "Capital", "Mutual"),
    "health": ("Santé", "Clinics", "Care"),
    "logistics": ("Logistics", "Transports", "Freight"),
    "manufacturing": ("Industries", "Works", "Mécanique"),
    "public sector": ("Métropole", "Council", "Habitat"),
    "software": ("Software", "Systèmes", "Labs"),
    "retail": ("Retail", "Maisons", "Stores"),
    "education": ("Academy", "Institut", "College"),
    "energy": ("Energy", "Énergies", "Power"),
}
MET = (("website form", 40), ("trade fair", 18), ("webinar 2025", 14), ("partner", 14), ("old crm", 14))
CONSENT_OF = {
    "website form": (("double opt-in", 62), ("opt-in", 16), ("unconfirmed", 14), ("withdrawn", 8)),
    "trade fair": (("opt-in", 82), ("", 12), ("withdrawn", 6)),
    "webinar 2025": (("double opt-in", 78), ("opt-in", 14), ("withdrawn", 8)),
    "partner": (("opt-in", 60), ("legitimate interest", 30), ("", 10)),
    "old crm": (("imported", 66), ("legitimate interest", 22), ("withdrawn", 12)),
}
BROKEN = {
    46: {"email": "greta.winkler@"},
    138: {"email": ""},
    221: {"employees": "about 300"},
}
"""Rows as exports have them: each is rejected with its reason, and the rest goes in."""


def rows() -> Iterator[dict[str, str]]:
    """The rows of the file, one invented lead each."""
    rng = random.Random(SEED)
    firms = list({firm[0]: firm for firm in (_firm(rng) for _ in range(120))}.values())
    taken: set[str] = set()
    for number in range(ROWS):
        row = _lead(rng, number, firms, taken)
        yield {**row, **BROKEN.get(number, {})}


def _firm(rng: random.Random) -> tuple[str, str, str, int]:
    industry = _pick(rng, INDUSTRIES)
    name = f"{rng.choice(FIRST_PARTS)} {rng.choice(SECOND_PARTS[industry])}"
    size = min(12000, max(6, int(rng.lognormvariate(6.1, 1.2))))
    return name, f"{_plain(name)}.example", industry, size


def _lead(
    rng: random.Random, number: int, firms: list[tuple[str, str, str, int]], taken: set[str]
) -> dict[str, str]:
    country, language, zone, _ = rng.choices(PLACES, [place[3] for place in PLACES])[0]
    french = language.startswith("fr")
    firm, domain, industry, size = rng.choice(firms)
    while True:
        first = rng.choice(FRENCH if french else ENGLISH)
        last = rng.choice(FRENCH_LAST if french else ENGLISH_LAST).replace("-", " ")
        email = f"{_plain(first)}.{_plain(last)}@{domain}"
        if email not in taken:
            taken.add(email)
            break
    met_at = _pick(rng, MET)
    consent = _pick(rng, CONSENT_OF[met_at])
    days = rng.randint(1, 5) if consent == "unconfirmed" else rng.randint(6, 420)
    since = LAST_DAY - timedelta(days=days)
    visits = int(rng.expovariate(1 / 3)) if met_at in ("website form", "webinar 2025") else 0
    barred = rng.choices(("", "bounced", "complained", "asked us"), (95, 2.5, 0.7, 1.8))[0]
    guide = (since + timedelta(days=rng.randint(0, 5))).isoformat() if rng.random() < 0.1 else ""
    return {
        "id": f"L{1001 + number}",
        "email": email,
        "first_name": first if rng.random() > 0.06 else "",
        "last_name": last,
        "company": firm,
        "job_title": _pick(rng, TITLES_FR if french else TITLES_EN),
        "industry": industry if rng.random() > 0.05 else "",
        "employees": str(size) if rng.random() > 0.08 else "",
        "country": country,
        "language": language,
        "zone": zone,
        "met_at": met_at,
        "consent": consent,
        "consent_since": since.isoformat() if consent else "",
        "do_not_mail": barred,
        "visits": str(visits) if visits else "",
        "last_guide": guide,
    }


def _pick(rng: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def _plain(text: str) -> str:
    """The text as it may stand in an address: ASCII, lower case, without blanks."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return ascii_only.lower().replace(" ", "-").replace("'", "")


def main() -> None:
    """Write the file."""
    with (Path(__file__).parent / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())


if __name__ == "__main__":
    main()
