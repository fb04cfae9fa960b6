"""The habits of a public project: one version, tags that say it, hooks as in CI, pages that are true."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from nurture import __version__

ROOT = Path(__file__).parent.parent
ROOMS = ("nurture", "leadstore", "outbound", "inbound", "flows", "console")
PAGES = (
    *("CONTRIBUTING.md", "SECURITY.md", "README.md"),
    *("docs/architecture.md", "docs/gate.md", "docs/glossary.md", "docs/operations.md"),
    *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))),
)
"""What is written for whoever changes the code."""
ELSEWHERE = {"prefect.toml", "store.db.clock.lock"}
"""Files of a project or of a running system."""
RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def git(*words: str) -> str:
    """What git answers; nothing where this is no checkout."""
    return subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True).stdout


def numbers(tag: str) -> tuple[int, ...]:
    found = RELEASE.fullmatch(tag)
    assert found, f"{tag} is no tag of a release: v1.2.3"
    return tuple(map(int, found.groups()))


def test_the_version_is_said_once() -> None:
    """In nurture/__init__.py: the build reads it there, and so does the program."""
    project = tomllib.loads(text("pyproject.toml"))

    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "nurture/__init__.py"


def test_the_program_tells_its_version() -> None:
    """`nurture --version`."""
    ran = subprocess.run(
        [sys.executable, "-m", "console.app", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.strip() == __version__


def test_a_tagged_commit_is_of_that_version() -> None:
    """The tag rule: v and the version, never of a later one than the code says."""
    tags = [tag for tag in git("tag", "--list", "v*").split() if RELEASE.fullmatch(tag)]
    here = git("tag", "--points-at", "HEAD", "v*").split()

    assert all(numbers(tag) <= numbers(f"v{__version__}") for tag in tags)
    assert here in ([], [f"v{__version__}"])


def test_the_changelog_begins_with_what_is_not_released() -> None:
    """Then come the releases, the newest first, none later than the version."""
    heads = re.findall(r"^## \[(.+?)\]", text("CHANGELOG.md"), re.MULTILINE)
    released = [numbers(f"v{head}") for head in heads[1:]]

    assert heads[0] == "Unreleased"
    assert released == sorted(released, reverse=True)
    assert released[:1] <= [numbers(f"v{__version__}")]


@pytest.mark.parametrize("room", ROOMS)
def test_every_package_says_that_it_is_typed(room: str) -> None:
    """Without the mark, a type checker takes nothing of it for granted."""
    assert (ROOT / room / "py.typed").read_bytes() == b""


def test_the_hooks_hold_what_the_check_holds() -> None:
    """Each is a line of `make check`, word for word, and none is downloaded."""
    config = YAML(typ="safe").load(text(".pre-commit-config.yaml"))
    check = text("Makefile").partition("\ncheck:")[2].partition("\n\n")[0]
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]

    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for hook in hooks} == {"system"}
    lines = [line.strip().replace("$(BIN)", ".venv/bin") for line in check.splitlines()]
    assert [hook["entry"] for hook in hooks if hook["entry"] not in lines] == []


def test_decisions_are_numbered_once_without_gaps() -> None:
    """docs/decisions/NNNN-what-was-chosen.md, each with its context, its choice and its price."""
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [path.name[:4] for path in paths] == [f"{number:04}" for number in range(1, len(paths) + 1)]
    for path in paths:
        page = path.read_text(encoding="utf-8")
        assert page.startswith(f"# {path.name[:4]} ")
        assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["Context", "Choice", "Price"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_no_file_that_is_not_there(page: str) -> None:
    """Files are named by their path, or by the end of it."""
    there = git("ls-files", "--cached", "--others", "--exclude-standard").split()
    files = set(re.findall(r"`([a-z_./-]+\.(?:py|md|yaml|toml|lock))`", text(page))) - ELSEWHERE
    folders = set(re.findall(rf"`((?:tests|docs|{'|'.join(ROOMS)})/[a-z_/]+)/`", text(page)))

    assert [name for name in sorted(files) if not any(f"/{one}".endswith(f"/{name}") for one in there)] == []
    assert [name for name in sorted(folders) if not (ROOT / name).is_dir()] == []


def test_each_question_of_the_guide_is_answered_by_three_files_at_most() -> None:
    """Whoever asks where something is decided opens few files, and finds in them the names that are told."""
    section = text("docs/architecture.md").partition("## Where to begin")[2]
    answers = re.findall(r"^\*\*(.+\?)\*\* ((?:.+\n)+)", section, flags=re.MULTILINE)
    told = [set(re.findall(r"`([^`]+)`", f"{question} {answer}")) for question, answer in answers]
    files = [{one for one in names if (ROOT / one).is_file()} for names in told]
    within = ["".join(text(one) for one in found) for found in files]
    spoken = [
        [one for one in names - found if re.fullmatch(r"[a-z_]*_[a-z_]+|[A-Z]\w+", one)]
        for names, found in zip(told, files, strict=True)
    ]

    assert len(answers) == 10
    assert [len(found) for found in files if not 1 <= len(found) <= 3] == []
    assert [n for names, code in zip(spoken, within, strict=True) for n in names if n not in code] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_no_make_target_that_is_not_there(page: str) -> None:
    """One word each, as `make help` lists them."""
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z]+)", text(page))) <= {*targets, "help"}
