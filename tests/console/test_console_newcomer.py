"""A newcomer's first hour: init, a list with every kind of dirt, import, apply, run, and the mails read."""

from __future__ import annotations

import contextlib
import io
import mailbox
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from console.app import call

TUESDAY = datetime(2031, 3, 4, 10, 0, tzinfo=UTC)
"""A moment that no machine's clock has passed, and no holiday: the clock of the walk."""
LIST = """\
Kunden-Nr;E-Mail;Prénom;Nom;Société;Fonction;Téléphone;Pays;Langue;Effectif;Newsletter;Inscrit le;Rappel;Sorti
K-1;claire.morel@atelier.example;Claire;Morel;Atelier Nord;RSSI;01 23 45 67 89;France;fr;320;oui;03/03/2026;;
K-2;ben.hart@hart.example;Ben;Hart;Hart Ltd;Head of IT;call me;Royaume-Uni;en;1 200;oui;30/02/2026;;
K-3;dora.lenz@lenz.example;Dora;Lenz;Lenz GmbH;IT-Leiterin;+49 30 12;Allemagne;en;85;oui;04/05/2026;;
K-4;eve.noel@noel.example;Eve;Noël;Noël SA;Directrice;0#;Pays inconnu;fr;beaucoup;oui;31/31/2026;;oui
NULL;finn.berg@berg.example;Finn;Berg;Berg AB;CIO;;Suède;en;410;oui;01/02/2026;;
NULL;gita.rao@rao.example;Gita;Rao;Rao & Co;CISO;;Inde;en;90;oui;01/02/2026;;
1.23457E+11;hugo.blanc@blanc.example;Hugo;Blanc;Blanc;RSSI;;Belgique;fr;55;oui;02/02/2026;;
1.23457E+11;ida.roos@roos.example;Ida;Roos;Roos;IT Manager;;Pays-Bas;en;55;oui;02/02/2026;;
K-1;claire.morel@atelier.example;Claire;Morel;Atelier Nord;RSSI;01 23 45 67 89;France;fr;320;oui;03/03/2026;;
K-9;~jean.petit@petit.example~;Jean~;Petit;Petit~SARL;DSI;;~France;fr;1~250;oui;05/02/2026;;

K-10;kim.larsen@larsen.example;"=HYPERLINK(""http://x.example"")";Larsen;L;;;Danemark;en;5;oui;05/02/2026;;
K-11;lou.gone@gone.example;Lou;Gone;Gone;Acheteur;;Francie;fr;12;oui;05/02/2026;;STOP
K-12;mia.no@no.example;Mia;No;No;Head of IT;;France;fr;12;non;05/02/2026;;
K-13;nils.ruf@ruf.example;Nils;Ruf;Ruf AG;Head of Security;+41 44 000 00 00;Suisse;en;900;oui;06/02/2026;oui;
;keine-adresse;;;;;;;;;oui;;;
""".replace("~", "\u00a0")
"""As a spreadsheet of Windows writes it: semicolons, cp1252, blanks that do not break."""
FIRST_TRY = """\
source: liste-clients
delimiter: ";"
zone: Paris
dates: [DD/MM/YYYY]
lead:
  email: row["E-Mail"]
  key: row["Kunden-Nr"]
  first_name: Prénom
  last_name: Nom
  company: Société
  job_title: Fonction
  phone: Téléphone
  country: Pays
  language: Langue
  employes: Effectif
consents:
  - topic: newsletter
    state: granted
    basis: opt_in
    when: Newsletter = "oui"
    at: Inscrit le
  - topic: all
    state: withdrawn
    basis: opt_in
    when: Sorti
signals:
  - type: form.submited
    when: Newsletter == "oui"
    at: row["Inscrit le"]
    properties: {asset: "'security-guide'"}
  - type: call.requested
    when: Rappel is yes
"""
MENDED = {
    "zone: Paris": "zone: Europe/Paris",
    "DD/MM/YYYY": '"%d/%m/%Y"',
    "employes:": "employees:",
    "topic: newsletter": "topic: guides",
    'Newsletter = "oui"': 'Newsletter == "oui"',
    "at: Inscrit le": 'at: row["Inscrit le"]',
    "form.submited": "form.submitted",
}
FIRM = {
    "[Your company]": "Atelier Verrou",
    "[Your name, as it signs the mails]": "Lise Arnaud",
    "[Street, postcode, town, country]": "3 rue du Port, 44000 Nantes, France",
    "[A seller]": "Inès Martin",
    "your-company.example": "atelier-verrou.example",
}
WANTED = {"claire", "dora", "finn", "gita", "hugo", "ida", "jean", "kim", "nils", "otto"}
"""Who asked for the guide and may have it."""
FRENCH = {"claire", "hugo", "jean"}
NAMELESS = {"kim", "otto"}
CODE = re.compile(
    r"\b(matrix|mql|hand raise|None|null|nan)\b|\{\{|\}\}|\{%|\b[a-z]+\.(requested|submitted|sent)\b"
)
"""What no person should have to read."""


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass
class Walk:
    """A folder, and what each command said on the way."""

    folder: Path
    said: dict[str, Said] = field(default_factory=dict)

    def do(self, name: str, *words: str) -> Said:
        """Type a command; what it says is kept under this name."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = call([*words])
        self.said[name] = Said(code, out.getvalue(), err.getvalue())
        return self.said[name]

    def mend(self, path: str, words: dict[str, str]) -> None:
        """Replace words of a file, as a person with an editor does."""
        text = (self.folder / path).read_text(encoding="utf-8")
        for before, after in words.items():
            assert before in text, f"{path} has no {before!r}"
            text = text.replace(before, after)
        (self.folder / path).write_text(text, encoding="utf-8")

    def mails(self) -> list[EmailMessage]:
        """Everything in the local inbox."""
        box = mailbox.Maildir(self.folder / ".nurture" / "inbox", create=False)
        parsed = [message_from_bytes(box.get_bytes(key), policy=default) for key in box.iterkeys()]
        return [one for one in parsed if isinstance(one, EmailMessage)]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The whole walk, once."""
    folder = tmp_path_factory.mktemp("first")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        for name in [one for one in os.environ if one.startswith(("NURTURE_", "PREFECT_"))]:
            patch.delenv(name)
        yield _walked(Walk(folder))


def _walked(walk: Walk) -> Walk:
    walk.do("init", "init")
    walk.do("check before", "check")
    walk.mend("nurture.yaml", FIRM)
    walk.mend("catalog.yaml", {"your-company.example": "atelier-verrou.example"})
    walk.do("check", "check")

    (walk.folder / "liste.csv").write_bytes(LIST.replace("\n", "\r\n").encode("cp1252"))
    (walk.folder / "liste.yaml").write_text(FIRST_TRY, encoding="utf-8")
    bring = ("import", "liste.csv", "--map", "liste.yaml", "--live", "--now", TUESDAY.isoformat())
    walk.do("faults", *bring)
    walk.mend("liste.yaml", MENDED)
    walk.do("encoding", *bring)
    walk.mend("liste.yaml", {"delimiter:": "encoding: cp1252\ndelimiter:"})
    walk.do("dry", *bring, "--dry-run")
    walk.do("import", *bring)
    walk.do("again", *bring)
    [rejects] = [
        path for path in (walk.folder / ".nurture" / "rejects").iterdir() if not path.stem.endswith("cells")
    ]
    mended = rejects.read_bytes().replace(b"keine-adresse", b"otto.klar@klar.example")
    (walk.folder / "mended.csv").write_bytes(mended)
    walk.do("rejects", "import", "mended.csv", *bring[2:])

    walk.do("apply", "apply")
    for day in (0, 3):
        walk.do(f"run {day}", "run", "--once", "--now", (TUESDAY + timedelta(days=day, hours=1)).isoformat())
    walk.do("why eve", "why", "eve.noel@noel.example")
    return walk


def text_of(mail: EmailMessage) -> str:
    """The mail as it is read."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def letters(walk: Walk) -> list[EmailMessage]:
    """What went to leads."""
    return [mail for mail in walk.mails() if "atelier-verrou" not in str(mail["To"])]


def notices(walk: Walk) -> list[EmailMessage]:
    """What went to the seller."""
    return [mail for mail in walk.mails() if "sales@atelier-verrou" in str(mail["To"])]


def first_name(mail: EmailMessage) -> str:
    return str(mail["To"]).partition(".")[0]


def counts(said: Said) -> dict[str, int]:
    """The counts of an import."""
    found = (
        line.rsplit(maxsplit=1) for line in said.out.splitlines() if re.fullmatch(r"[a-z ]+\s+[\d,]+", line)
    )
    return {name.strip(): int(count.replace(",", "")) for name, count in found}


def test_init_says_what_is_open(walk: Walk) -> None:
    """And the check shows each in its place until it is filled in, the links of the catalogue too."""
    assert "still open in nurture.yaml: company.name, company.postal_address" in walk.said["init"].out
    assert walk.said["check before"].err.count("NUR069") + walk.said["check before"].out.count("NUR069") == 9
    assert "0 errors" in walk.said["check"].err
    assert "NUR069" not in walk.said["check"].out + walk.said["check"].err


def test_first_mistakes_in_a_map_are_answered(walk: Walk) -> None:
    """All at once, each with a caret at its place and the word that was meant; nothing is imported."""
    said = walk.said["faults"]

    assert said.code == 2
    assert "the map has 7 faults; nothing was imported" in said.err
    assert said.err.count("^") >= 7
    for hint in (
        "as Europe/Paris",
        "as %d/%m/%Y",
        "`employees`",
        "`guides`",
        "`==` compares",
        "form.submitted",
    ):
        assert hint in said.err


def test_a_file_of_windows_is_told_how_to_be_read(walk: Walk) -> None:
    """The map says nothing of its encoding yet; the line to write is in the help."""
    assert walk.said["encoding"].code == 2
    assert "`encoding: cp1252`" in walk.said["encoding"].err


def test_the_dry_run_says_what_the_import_does(walk: Walk) -> None:
    """Count by count; and the same file again saves nobody."""
    dry, real, again = (counts(walk.said[name]) for name in ("dry", "import", "again"))

    assert (walk.said["import"].code, dry) == (1, real)
    assert (real["read"], real["saved"], real["duplicates"], real["rejected"]) == (15, 13, 1, 1)
    assert (real["withdrawn"], again["saved"], again["unchanged"]) == (2, 0, 13)


def test_rejects_go_in_again_with_their_map(walk: Walk) -> None:
    """Once the address is mended."""
    assert counts(walk.said["rejects"])["saved"] == 1


def test_keys_that_are_none_melt_nobody_together(walk: Walk) -> None:
    """Told, and each is a lead of their own."""
    assert walk.said["import"].out.count("stands for no key") == 2
    assert walk.said["import"].out.count("a spreadsheet has rounded") == 2
    assert {"finn", "gita", "hugo", "ida"} <= {first_name(mail) for mail in letters(walk)}


def test_who_asked_is_written_to_and_nobody_else(walk: Walk) -> None:
    """Whoever opted out gets nothing, whatever else was wrong with the row; so does whoever never agreed."""
    assert {first_name(mail) for mail in letters(walk)} == WANTED
    assert "unsubscribed from everything" in " ".join(walk.said["why eve"].out.split())


def test_each_is_greeted_in_their_language(walk: Walk) -> None:
    """By name, and where there is none or it was a formula, without one."""
    for mail in letters(walk):
        greeting = text_of(mail).lstrip().splitlines()[0]
        hello = "Bonjour" if first_name(mail) in FRENCH else "Hello"
        name = "there" if first_name(mail) in NAMELESS else first_name(mail).title()
        assert greeting == f"{hello} {name},"


def test_every_letter_reads_as_from_a_person_of_that_firm(walk: Walk) -> None:
    """Sender, subject, signature, postal address, a link to leave, and nothing meant for machines."""
    for mail in letters(walk):
        text = text_of(mail)
        assert str(mail["From"]) == "Lise Arnaud <hello@atelier-verrou.example>"
        assert str(mail["Subject"]).strip()
        assert "Lise Arnaud\nAtelier Verrou" in text
        assert "3 rue du Port, 44000 Nantes, France" in text
        assert re.search(r"(unsubscribe|désabonnez-vous) <http://127\.0\.0\.1:\d+/u/\S+>", text)
        assert "your-company" not in text
        assert CODE.search(f"{mail['Subject']} {text}") is None


def test_the_letter_after_three_days_can_be_left_by_one_click(walk: Walk) -> None:
    """Nobody had read the guide: the reminder is marketing, and says so in its header."""
    reminders = [mail for mail in letters(walk) if "9" in str(mail["Subject"])]

    assert {first_name(mail) for mail in reminders} == WANTED - {"nils"}
    assert {str(mail["List-Unsubscribe-Post"]) for mail in reminders} == {"List-Unsubscribe=One-Click"}


def test_the_seller_reads_sentences(walk: Walk) -> None:
    """Nils asked for a call: one notice, to the seller, about him."""
    [notice] = notices(walk)

    assert "Nils Ruf" in str(notice["Subject"])
    assert CODE.search(f"{notice['Subject']} {text_of(notice)}") is None


def test_each_round_was_well(walk: Walk) -> None:
    """Exit codes a cron job would see."""
    assert [walk.said[name].code for name in ("apply", "run 0", "run 3")] == [0, 0, 0]
