"""Files that somebody got wrong, by chance: each is told where it is wrong, and nothing else is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nurture.project.book import read_book

ROOT = Path(__file__).parents[3]
FRAMES = ("templates/layout.html.j2", "templates/footer.md.j2")
NEAR = 12
"""How many lines from the mistake the first fault may stand; most stand on it."""
MOST = 4
"""How many faults one mistake may bring; a name that is gone is missed wherever it is used."""


def _shelf() -> dict[str, str]:
    """The shipped YAML files, with templates of one line each, which are quick to prepare."""
    names = (
        "nurture.yaml",
        "scoring.yaml",
        "catalog.yaml",
        *sorted(p.name for p in (ROOT / "sequences").iterdir()),
    )
    paths = [ROOT / name if (ROOT / name).is_file() else ROOT / "sequences" / name for name in names]
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    for path in sorted((ROOT / "templates").rglob("*.md.j2")):
        name = path.relative_to(ROOT).as_posix()
        matter = re.match(r"---\n.*?^---\n", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        if matter and not re.search(r"\.[a-z]{2}\.md\.j2$", name):
            purpose = "\n".join(re.findall(r"^(?:purpose|asset): .*", matter[0], re.MULTILINE))
            files[name] = f"---\nsubject: Hello\n{purpose}\n---\nHello\n"
    return files | {name: (ROOT / name).read_text(encoding="utf-8") for name in FRAMES}


SHELF = _shelf()
YAML = sorted(name for name in SHELF if name.endswith(".yaml"))


def _misspelt(line: str, chance: random.Random) -> str:
    found = re.search(r"([a-z_]{4,}):", line)
    return line.replace(found[1], found[1][:1] + found[1][2:] + found[1][1], 1) if found else ""


MISTAKES: Mapping[str, Callable[[str, random.Random], str]] = {
    "a key misspelt": _misspelt,
    "a colon lost": lambda line, _: line.replace(": ", " ", 1),
    "a blank after a colon lost": lambda line, _: line.replace(": ", ":", 1),
    "a blank after a dash lost": lambda line, _: re.sub(r"^( *)- ", r"\1-", line),
    "a tab": lambda line, _: re.sub(r"^  ", "\t", line),
    "a quote lost": lambda line, _: line.replace('"', "", 1) if '"' in line else "",
    "smart quotes": lambda line, _: line.replace('"', "\u201c", 1).replace('"', "\u201d", 1),
    "a bracket lost": lambda line, _: line.rstrip().removesuffix("}") if line.rstrip().endswith("}") else "",
    "a value lost": lambda line, _: re.sub(r"(: )[^{\[|>].*", r"\1", line),
    "a value of a wrong kind": lambda line, chance: re.sub(
        r"(: )[^{\[|>\"].*", rf"\g<1>{chance.choice(['[1, 2]', 'maybe?', '-7'])}", line
    ),
    "indented too far": lambda line, chance: " " * chance.choice([1, 3]) + line,
    "a line twice": lambda line, _: f"{line}\n{line}",
    "a span in another tongue": lambda line, _: re.sub(r"(\d+) days?", r"\1 Tage", line),
}  # fmt: skip


def _mutant(seed: int) -> tuple[str, int, dict[str, str]]:
    """The file and line of a mistake, and the project with it."""
    chance = random.Random(seed)
    while True:
        path = chance.choice(YAML)
        lines = SHELF[path].split("\n")
        number = chance.randrange(len(lines))
        line = lines[number]
        made = MISTAKES[chance.choice(sorted(MISTAKES))](line, chance)
        if line.strip() and not line.lstrip().startswith("#") and made not in ("", line):
            lines[number] = made
            return path, number + 1, {**SHELF, path: "\n".join(lines)}


EACH = 4
"""How many of fifty mistakes are tried; all of them take minutes."""


@pytest.mark.parametrize("start", range(0, 500, 50))
def test_a_mistake_is_told_where_it_is_and_brings_no_other(start: int) -> None:
    """Never a traceback; the fault stands at the mistake, and few stand elsewhere."""
    wrong = []
    for seed in range(start, start + EACH):
        path, line, files = _mutant(seed)
        errors = [fault for fault in read_book(files)[1] if fault.severity == "error"]
        name = files[path].split("\n")[line - 1].partition(":")[0].strip()  # what others now miss
        near = [f for f in errors if (f.file == path and abs(f.line - line) <= NEAR) or f"`{name}`" in f.help]
        if errors and (not near or len(errors) > MOST):
            told = [(fault.code, fault.file, fault.line, fault.message) for fault in errors]
            wrong.append((seed, path, line, files[path].split("\n")[line - 1], told))

    assert wrong == []
