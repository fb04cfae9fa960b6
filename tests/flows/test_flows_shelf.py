"""The shelf: which files of a project are read, and how they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.work.shelf import find_project, read_shelf
from nurture.errors import ProjectError


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
    """The error says which file and which byte."""
    (project / "templates/one/hello.md.j2").write_bytes(b"caf\xe9")

    with pytest.raises(ProjectError, match=r"templates/one/hello\.md\.j2 is not UTF-8 text: byte 4 is 0xe9"):
        read_shelf(project)


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
