"""Settings: what is read, what is refused, and how the secret comes to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.work.shop.settings import SYNONYMS, Settings, load_settings
from nurture.errors import ProjectError, SettingError

KEY = "k" * 20


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, and no setting in the environment."""
    for name in ("NURTURE_DATABASE_URL", "NURTURE_SMTP_URL", "NURTURE_PUBLIC_URL", "NURTURE_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "nurture.yaml").touch()
    return tmp_path


def test_the_store_lies_in_the_project_by_default(project: Path) -> None:
    """Without a setting, everything local lies in .nurture, and the local inbox is the relay."""
    settings = load_settings(project)

    assert settings.database_url == f"sqlite:///{project}/.nurture/store.db"
    assert (settings.local_relay, settings.embedded) == (True, True)
    assert settings.public_url == "http://127.0.0.1:8026"


def test_the_environment_is_heard(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the prefix sets its setting, and the public address follows the port."""
    monkeypatch.setenv("NURTURE_WEB_PORT", "9001")

    settings = load_settings(project)

    assert (settings.web_port, settings.public_url) == (9001, "http://127.0.0.1:9001")


def test_the_project_may_be_named_by_the_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker finds its project by NURTURE_PROJECT, wherever it runs."""
    monkeypatch.setenv("NURTURE_PROJECT", str(project))

    assert load_settings().project == project


def test_a_folder_without_the_mark_is_no_project(tmp_path: Path) -> None:
    """The error names the file that is missing."""
    with pytest.raises(ProjectError, match=r"has no nurture\.yaml"):
        load_settings(tmp_path)


def test_a_live_relay_needs_a_public_address(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead unsubscribe links never leave this machine."""
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://relay.example")

    with pytest.raises(SettingError, match="NURTURE_PUBLIC_URL"):
        load_settings(project)


def test_a_live_relay_with_a_public_address_is_accepted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pair that production has."""
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://relay.example")
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example/")

    settings = load_settings(project)

    assert (settings.local_relay, settings.public_url) == (False, "https://mail.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NURTURE_WEB_PORT", "eighty"),
        ("NURTURE_INBOX_PORT", "70000"),
        ("NURTURE_PUBLIC_URL", "our.place"),
        ("NURTURE_SMTP_CONNECTIONS", "0"),
        ("NURTURE_SECRET_KEYS", "short"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The error says which variable, and never shows its value."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingError, match=name) as caught:
        load_settings(project)
    assert value not in str(caught.value).replace(name, "")


@pytest.mark.parametrize(
    "address", ["nobody", "back+me@acme.example", "a-part-before-the-at-too-long@acme.example"]
)
def test_a_bounce_address_leaves_room_for_a_token(
    project: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A token follows the local part, which may have 64 octets in all."""
    monkeypatch.setenv("NURTURE_BOUNCE_ADDRESS", address)

    with pytest.raises(SettingError, match="NURTURE_BOUNCE_ADDRESS"):
        load_settings(project)


def test_leaving_by_mail_needs_a_mailbox(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounce address serves for leaving too, or one of its own, once somebody reads it."""
    monkeypatch.setenv("NURTURE_BOUNCE_ADDRESS", "Back@Acme.example")
    unread = load_settings(project).leaving_address
    monkeypatch.setenv("NURTURE_MAILBOX_URL", "maildir:///var/mail/back")
    shared = load_settings(project).leaving_address
    monkeypatch.setenv("NURTURE_UNSUBSCRIBE_ADDRESS", "leave@acme.example")

    assert (unread, shared) == ("", "back@acme.example")
    assert load_settings(project).leaving_address == "leave@acme.example"


def test_a_misspelt_setting_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that is silently ignored would be a bad surprise."""
    monkeypatch.setenv("NURTURE_SMPT_URL", "smtp://relay.example")

    with pytest.raises(SettingError, match="did you mean NURTURE_SMTP_URL"):
        load_settings(project)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NURTURE_RELAY", "did you mean NURTURE_SMTP_URL?"),
        ("NURTURE_DB_URL", "did you mean NURTURE_DATABASE_URL?"),
        ("NURTURE_SECRET_KEY", "did you mean NURTURE_SECRET_KEYS?"),
        ("NURTURE_PUBLIC_URI", "did you mean NURTURE_PUBLIC_URL?"),
        ("NURTURE_COLOUR", "unset it; the settings are NURTURE_BOUNCE_ADDRESS, "),
    ],
)
def test_an_unknown_setting_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    """A name that nobody reads is an error, with what was probably meant; its value is not shown."""
    monkeypatch.setenv(name, "hush")

    with pytest.raises(SettingError, match=f"{name} is not a setting") as caught:
        load_settings(project)
    assert (meant in caught.value.hint, "hush" in str(caught.value)) == (True, False)


def test_every_synonym_names_a_setting() -> None:
    """And is none itself."""
    assert set(SYNONYMS.values()) <= set(Settings.model_fields)
    assert {name.lower() for name in SYNONYMS} & set(Settings.model_fields) == set()


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("", True),
        ("sqlite:///{project}/.nurture/other.db?timeout=3", True),
        ("sqlite:///{project}/store.db", False),
        ("postgresql://db.example/nurture", False),
    ],
)
def test_the_projects_own_store_lies_in_nurture(
    project: Path, monkeypatch: pytest.MonkeyPatch, url: str, own: bool
) -> None:
    """Only that one is migrated without being asked."""
    monkeypatch.setenv("NURTURE_SECRET_KEYS", KEY)
    monkeypatch.setenv("NURTURE_DATABASE_URL", url.format(project=project))

    assert load_settings(project).own_store is own


def test_the_secret_is_made_once_and_kept_private(project: Path) -> None:
    """Links signed yesterday are good today, and only the owner can read the key."""
    first = load_settings(project).secret_keys

    assert load_settings(project).secret_keys == first
    assert len(first[0]) >= 32
    assert (project / ".nurture" / "secret").stat().st_mode & 0o777 == 0o600


def test_keys_are_split_at_commas(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest key first: that is how keys rotate."""
    monkeypatch.setenv("NURTURE_SECRET_KEYS", f"{KEY}1, {KEY}2")

    assert load_settings(project).secret_keys == (f"{KEY}1", f"{KEY}2")


def test_keys_may_lie_in_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One key a line."""
    (project / "keys").write_text(f"{KEY}1\n{KEY}2\n")
    monkeypatch.setenv("NURTURE_SECRET_KEYS_FILE", str(project / "keys"))

    assert load_settings(project).secret_keys == (f"{KEY}1", f"{KEY}2")


@pytest.mark.parametrize("text", [None, "", "short\n"], ids=["missing", "empty", "short"])
def test_a_key_file_that_holds_no_key_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """No key must never mean a guessable key."""
    path = project / "keys"
    monkeypatch.setenv("NURTURE_SECRET_KEYS_FILE", str(path if text is None else _written(path, text)))

    with pytest.raises(SettingError, match="NURTURE_SECRET_KEYS_FILE"):
        load_settings(project)


def test_workers_on_postgresql_must_be_given_their_keys(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key made by one worker would be unknown to the others."""
    monkeypatch.setenv("NURTURE_DATABASE_URL", "postgresql://db.example/nurture")

    with pytest.raises(SettingError, match="NURTURE_SECRET_KEYS is missing"):
        load_settings(project)


def test_secrets_are_not_in_the_representation(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings object in a log tells no secret."""
    monkeypatch.setenv("NURTURE_SECRET_KEYS", KEY)
    monkeypatch.setenv("NURTURE_DATABASE_URL", "postgresql://me:hush@db.example/nurture")

    shown = repr(load_settings(project))

    assert KEY not in shown
    assert "hush" not in shown


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
