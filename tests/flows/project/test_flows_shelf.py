"""The shelf: which files of a project are read, and how they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.work.project.shelf import find_project, read_shelf, strays
from nurture.errors import ProjectError
from nurture.project.book import read_book


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one file of each kind, and some that are none of ours."""
    for name in (
        "nurture.yaml",
        "sequences/one.yaml",
        "sequences/notes.txt",
        "templates/one/hello.md.j2",
        "templates/.hidden/x.md.j2",
        "templates/one/hello.md.j2~",
        "prefect.yaml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return tmp_path


def test_the_shelf_holds_what_a_release_is_made_of(project: Path) -> None:
    """Sequences, templates and the root files; no backups, no hidden files, nothing else."""
    assert set(read_shelf(project)) == {"nurture.yaml", "sequences/one.yaml", "templates/one/hello.md.j2"}


def test_text_reads_the_same_from_any_editor(project: Path) -> None:
    """A byte order mark and Windows line ends change no release."""
    (project / "nurture.yaml").write_bytes(b"\xef\xbb\xbfzone: UTC\r\n")

    assert read_shelf(project)["nurture.yaml"] == "zone: UTC\n"


def test_a_file_that_is_not_utf8_is_named(project: Path) -> None:
    """The check says which file and where, and goes on with the others."""
    (project / "templates/one/hello.md.j2").write_bytes(b"caf\xe9")

    _, faults = read_book(read_shelf(project))

    found = [(f.file, f.line, f.column, f.message) for f in faults if f.code == "NUR008"]
    assert found == [("templates/one/hello.md.j2", 1, 4, "this is not UTF-8 text: here is the byte 0xe9")]
    assert len({fault.file for fault in faults}) > 2


@pytest.mark.parametrize("path", ["nurture", "scoring", "catalog", "sequences/one"])
def test_both_endings_count(project: Path, path: str) -> None:
    """A file that is renamed to .yml is read as it was."""
    (project / f"{path}.yaml").write_text("zone: UTC\n")
    (project / f"{path}.yaml").rename(project / f"{path}.yml")

    assert f"{path}.yml" in read_shelf(find_project(project / "sequences"))


LOST = {
    "sequences/foo.txt": "name it sequences/foo.yaml",
    "sequences/foo.YAML": "name it sequences/foo.yaml",
    "sequences/foo": "name it sequences/foo.yaml",
    "sequences/foo.yaml.txt": "name it sequences/foo.yaml",
    "sequences/old/foo.yaml": "name it sequences/foo.yaml: sequences lie in no folder of their own",
    "sequences/foo.md.j2": "a message lies in templates/, and its name ends with .md.j2",
    "sequence/foo.yaml": "move it to sequences/foo.yaml",
    "Sequences/foo.yml": "move it to sequences/foo.yaml",
    "template/foo.md.j2": "name the folder `templates`",
    "foo.md.j2": "move it into templates/",
    "foo.yaml": "move it to sequences/foo.yaml",
    "catalogue.yaml": "name it catalog.yaml",
    "Scoring.yaml": "name it scoring.yaml",
    "nurture.yaml.txt": "name it nurture.yaml",
}


@pytest.mark.parametrize(("path", "hint"), LOST.items(), ids=LOST.keys())
def test_a_file_that_looks_like_ours_and_is_not_read_is_told(tmp_path: Path, path: str, hint: str) -> None:
    """It is a warning, with what to do."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("sequence: foo\nenter: {when: true}\n")

    found = strays(tmp_path)

    assert [(f.code, f.file, f.help, f.severity) for f in found] == [("NUR070", path, hint, "warning")]


@pytest.mark.parametrize(
    "path",
    ["sequences/README.md", "sequences/foo.yaml.bak", "sequences/.foo.yaml", "prefect.yaml", "leads.csv",
     "import.yml", "scoring.learned.yaml", "docs/foo.yaml", "temples/foo.yaml"],
)  # fmt: skip
def test_what_is_none_of_ours_is_not_told(tmp_path: Path, path: str) -> None:
    """Notes, backups and other tools' files lie there in peace."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("source: a\n")

    assert strays(tmp_path) == []


def test_a_file_that_cannot_be_read_is_named(project: Path) -> None:
    """A link to nowhere is told, not skipped; a folder in a file's place is no file."""
    (project / "catalog.yaml").mkdir()

    assert "catalog.yaml" not in read_shelf(project)


def test_a_folder_without_the_mark_is_refused(tmp_path: Path) -> None:
    """Reading a folder that is no project gives no empty release."""
    with pytest.raises(ProjectError, match="is not a Nurture project"):
        read_shelf(tmp_path)


def test_the_project_is_found_from_inside(project: Path) -> None:
    """A marketer in sequences/ works on the project around it."""
    assert find_project(project / "sequences") == project.resolve()


def test_no_project_is_said_plainly(tmp_path: Path) -> None:
    """The error names the file that marks a project."""
    with pytest.raises(ProjectError, match=r"no nurture\.yaml here or above"):
        find_project(tmp_path)


def test_a_link_out_of_the_project_is_refused(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A pull request must not make `check` show, or a release store, a file of the machine it runs on."""
    secret = tmp_path_factory.mktemp("elsewhere") / "key"
    secret.write_text("do not show")
    (project / "sequences/two.yaml").symlink_to(secret)

    with pytest.raises(ProjectError, match=r"sequences/two\.yaml is a link out of the project"):
        read_shelf(project)


def test_a_link_within_the_project_is_followed(project: Path) -> None:
    """Two sequences may share a file, and the project may itself be reached by a link."""
    (project / "templates/two.md.j2").symlink_to(project / "templates/one/hello.md.j2")
    (project / "linked").symlink_to(project)

    assert "templates/two.md.j2" in read_shelf(project / "linked")
