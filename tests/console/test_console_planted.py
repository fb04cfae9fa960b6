"""`nurture check` on a folder full of faults: all of them, each at its line, and nothing changed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from console.app import call
from tests.nurture.gate_world import LAYOUT, TEMPLATES

# Each planted fault stands on a line that names its code.
FILES = {
    "nurture.yaml": """\
company: {name: Acme, postal_address: "1 Main Street"}
sender: {name: Ada, address: not-an-address}    # !NUR011
zone: Europe/Pariss                             # !NUR011
caps: [2 per fortnight]                         # !NUR011
window: {days: mon-fry, hours: "09:00-18:00"}   # !NUR011
quiet_hours: ["25:00-07:00"]                    # !NUR011
holidayz: true                                  # !NUR012
maturity: {fit: {A: 10, B: 40, C: 20}}          # !NUR011
handoff: {sellers: [{address: sam@acme.example}]}   # !NUR010
webhooks: {crm: "http://crm.example"}           # !NUR011
""",
    "scoring.yaml": """\
fit:
  - {rule: head, when: 'lead.job_titel == "Head"', points: 50}      # !NUR020
engagement:
  rules:
    - {rule: read, on: asset.downloded, points: 10, half_life: 30 days}    # !NUR304
""",
    "catalog.yaml": """\
topics:
  guides: {title: Guides}
assets:
  guide: {title: Guide, url: "https://acme.example/guide", topic: giudes}   # !NUR041
webinars:
  live: {title: Live, starts_at: 2027-06-18T12:00:00Z}
segments:
  warm: signal.asset == "guide"                 # !NUR034
""",
    "sequences/head.yaml": """\
sequence: head
funnel: tofuu                                   # !NUR011
topic: guide                                    # !NUR041
priorty: 3                                      # !NUR012
webinar: life                                   # !NUR046
enter: {on: form.submited}                      # !NUR043
exit:
  - {}                                          # !NUR033
goal: demo.request                              # !NUR043
moves: {old: nowhere}                           # !NUR037
steps:
  - send: hello
  - send: hello                                 # !NUR031
  - wait: 3 dayz                                # !NUR011
  - wiat: 1 day                                 # !NUR030
  - send: helo                                  # !NUR040
  - {send: more, notify: asked}                 # !NUR030
  - wait_for: mail.clicked                      # !NUR010
    then:
      - set: {colour: red}                      # !NUR044
  - choose:
      - when: lead.engagment > 3                # !NUR020
        steps: [end]
      - otherwise: [end]
  - send: guide                                 # !NUR032
""",
    "sequences/standing.yaml": """\
sequence: standing
funnel: tofu
topic: guides
enter: {when: signal.asset == "guide"}          # !NUR034
steps:
  - send: asked                                 # !NUR050
  - send: more
    at: webinar.starts_at - 1 day               # !NUR038
  - notify: hello                               # !NUR053
    to: sales
""",
    "sequences/stream.yaml": """\
sequence: standing                              # !NUR052
funnel: tofu
topic: guides
enter: {when: true}
stream:
  - paper: hello                                # !NUR042
  - guide: sheet                                # !NUR054
cast: [tue 10:00, tue 11:00]                    # !NUR011
""",
    "sequences/twice.yaml": """\
sequence: twice
topic: guides
topic: guides                                   # !NUR004
""",
    "sequences/broken.yaml": "sequence: [\n",
    "sequences/anchored.yaml": "sequence: &name anchored   # !NUR003\n",
    **TEMPLATES,
    "templates/layout.html.j2": LAYOUT,
    "templates/bare.md.j2": "Hello\n",
    "templates/unknown.md.j2": "---\nsubject: Hi\n---\n{{ lead.frist_name }}\n",
}
IN_TEMPLATES = {("NUR402", "templates/bare.md.j2", 1)}


def planted() -> set[tuple[str, str, int]]:
    """Where each fault stands, as the lines themselves say."""
    found = {
        (match[1], path, number)
        for path, text in FILES.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := re.search(r"# !(NUR\d{3})", line))
    }
    return found | IN_TEMPLATES


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, which is the current one."""
    monkeypatch.delenv("NURTURE_PROJECT", raising=False)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digest(folder: Path) -> str:
    parts = sorted(
        (p.relative_to(folder).as_posix(), p.read_bytes()) for p in folder.rglob("*") if p.is_file()
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_every_planted_fault_is_told_at_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All faults of all files in one run, each in its place; the exit code says so, and nothing changed."""
    before = digest(project)

    code = call(["check", "--format", "json"])

    told = json.loads(capsys.readouterr().out)
    found = {(fault["code"], fault["file"], fault["line"]) for fault in told["faults"]}
    assert code == 1
    assert len(planted()) >= 30
    assert planted() - found == set()
    assert digest(project) == before


def test_text_and_annotations_tell_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the form, the same faults are told."""
    call(["check", "--format", "json"])
    listed = json.loads(capsys.readouterr().out)["faults"]
    call(["check"])
    text = capsys.readouterr().out
    call(["check", "--format", "github"])
    github = capsys.readouterr().out

    assert len(re.findall(r"^(error|warning)\[NUR\d{3}\]", text, re.M)) == len(listed)
    pattern = r"^::(?:error|warning) file=.+,line=\d+,col=\d+,title=NUR\d{3}::"
    assert len(re.findall(pattern, github, re.M)) == len(listed)
