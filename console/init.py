"""`nurture init`: makes a new project from the sample files that are shipped."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from console.frame import InFrame, say
from console.schema import write_schemas
from flows.work.project.shelf import MARK, read_shelf
from nurture.errors import ProjectError
from nurture.project.book import read_book
from nurture.project.placeholders import DOMAIN, left_open
from nurture.project.policy import read_address
from nurture.project.schema import schemas

STARTER = (
    "nurture.yaml",
    "scoring.yaml",
    "catalog.yaml",
    "events.yaml",
    "sequences",
    "templates",
    "prefect.yaml",
)
SAMPLES = ("import.yaml", "leads.csv")
"""An import map, and a list that comes in with it."""
NO_COMPANY, NOBODY = "[Your company]", "[Your name, as it signs the mails]"
_SELLERS = re.compile(r"(  sellers:\n)(?:    - .*\n)+")
_SAMPLE_DOMAIN = re.compile(r"\bverrou\.example\b")


def init(
    folder: Path = Path(),
    *,
    company: str = NO_COMPANY,
    address: str = "[Street, postcode, town, country]",
    sender: str = f"hello@{DOMAIN}",
    frame: InFrame,
) -> int:
    """Begin a project: policy, scoring, catalogue, sequences, templates and an import map, to be changed.

    Parameters
    ----------
    folder
        Where; the current folder when left out. It may hold other files, but no project.
    company
        Your company's name, as it stands in the foot of every mail.
    address
        Its postal address, which the law wants there too.
    sender
        The mail address to write from. What is left out stays open: `nurture check` shows it, and nothing
        leaves through a relay before it is filled in.
    """
    try:
        read_address(sender)
    except ValueError as error:
        raise ProjectError(str(error), hint="write --sender hello@your-company.com") from None
    taken = [name for name in (*STARTER, *SAMPLES) if (folder / name).exists()]
    if taken:
        raise ProjectError(f"{folder / taken[0]} is there already", hint="name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    source = _starter()
    for name in STARTER:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)
        else:
            shutil.copy(source / name, folder / name)
    for name in SAMPLES:
        shutil.copy(source / "examples" / "starter" / name, folder / name)
    _sign(folder, company, address, sender)
    _ignore(folder / ".gitignore")
    book, _ = read_book(read_shelf(folder))
    write_schemas(folder, schemas(book))
    say(f"a project is in {folder.resolve()}; next: `nurture check`, then `nurture up`")
    if book is not None and (still := [".".join(map(str, loc)) for loc, _ in left_open(book.policy)]):
        say(f"still open in nurture.yaml: {', '.join(still)}")
    say("`nurture import leads.csv --map import.yaml --dry-run` shows how a list comes in")
    return 0


def _sign(folder: Path, company: str, address: str, sender: str) -> None:
    """Replace the sample's company and sender by the owner's, or by a placeholder where one is left out."""
    catalog = folder / "catalog.yaml"
    catalog.write_text(_of_nobody(catalog.read_text(encoding="utf-8")), encoding="utf-8")
    policy = folder / "nurture.yaml"
    text = policy.read_text(encoding="utf-8")
    text = _set(text, "company", "name", company)
    text = _set(text, "company", "postal_address", address)
    text = _set(text, "sender", "name", NOBODY if company == NO_COMPANY else company)
    text = _set(text, "sender", "address", sender)
    text = _set(text, "sender", "reply_to", sender)
    seller = (
        f'    - {{name: "[A seller]", address: sales@{DOMAIN}, title: Account executive, language: en}}\n'
    )
    text = _SELLERS.sub(lambda found: found[1] + seller, text)
    policy.write_text(_of_nobody(text), encoding="utf-8")


def _set(text: str, section: str, key: str, value: str) -> str:
    place = re.compile(rf"^({section}:\n(?:  .*\n)*?  {key}: ).*$", re.MULTILINE)
    quoted = json.dumps(value, ensure_ascii=False)
    return place.sub(lambda found: found[1] + quoted, text, count=1)


def _of_nobody(text: str) -> str:
    return _SAMPLE_DOMAIN.sub(DOMAIN, text)


def _starter() -> Path:
    """Where the shelves lie: in the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    return next(place for place in (here / "starter", here.parent) if (place / MARK).is_file())


def _ignore(path: Path) -> None:
    """Keep what is local out of git: leads, mails and the key that signs links."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if ".nurture/" not in before.split():
        path.write_text(f"{before}.nurture/\n", encoding="utf-8")
