"""The settings of a process, from environment variables; secrets may come from a file."""

from __future__ import annotations

import difflib
import os
import secrets
import socket
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from flows.work.project.shelf import MARK, find_project, is_project
from nurture.address import AddressError, normalise
from nurture.errors import ProjectError, SettingError
from nurture.links.mail_tokens import LONGEST

PREFIX = "NURTURE_"
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Where this process finds its store, its relay and its neighbours; read once, at the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    project: Path
    database_url: str = Field(default="", repr=False)  # may hold a password
    smtp_url: SecretStr | None = None  # None: the local inbox is the relay
    smtp_connections: int = Field(default=4, ge=1, le=100)
    inbox_port: Port = 8025
    web_port: Port = 8026
    prefect_port: Port = 4200
    public_url: str = ""
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    secret_keys_file: Path | None = None
    mailbox_url: SecretStr | None = None  # None: nobody reads bounces and replies
    bounce_address: str = ""  # the envelope sender, to which a token is added; empty: the sender's own
    unsubscribe_address: str = ""  # for leaving by mail; empty: the bounce address
    webhook_key: SecretStr | None = None  # signs what other systems are told; None: they are told nothing
    worker: str = Field(default_factory=lambda: f"{socket.gethostname()[:40]}-{os.getpid()}", max_length=80)

    @property
    def state(self) -> Path:
        """The folder of everything local: .nurture in the project."""
        return self.project / ".nurture"

    @property
    def local_relay(self) -> bool:
        """Whether nothing can leave this machine: the local inbox receives everything."""
        return self.smtp_url is None

    @property
    def answering_address(self) -> str:
        """Where sellers' answers to notices go; empty while no mailbox is read."""
        return (self.bounce_address or self.unsubscribe_address) if self.mailbox_url is not None else ""

    @property
    def leaving_address(self) -> str:
        """Where a lead may write to leave; empty while nobody reads that mailbox."""
        return (self.unsubscribe_address or self.bounce_address) if self.mailbox_url is not None else ""

    @property
    def embedded(self) -> bool:
        """Whether the store is a file of this machine, so that `run` and `up` apply by themselves."""
        return self.database_url.startswith("sqlite")

    @property
    def own_store(self) -> bool:
        """Whether the store is the project's own file in .nurture, which every command may migrate."""
        file = self.database_url.partition(":///")[2].partition("?")[0]
        return self.embedded and Path(file).resolve().is_relative_to(self.state.resolve())

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(k.strip() for k in value.split(",") if k.strip()) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _long(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < 16 for key in value):
            raise ValueError("each key needs 16 characters or more")
        return value

    @field_validator("public_url")
    @classmethod
    def _url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError("write it as https://mail.example.com")
        return value.rstrip("/")

    @field_validator("bounce_address", "unsubscribe_address")
    @classmethod
    def _room_for_token(cls, value: str) -> str:
        if not value:
            return value
        try:
            spelt = normalise(value)
        except AddressError as error:
            raise ValueError(error.reason) from None
        local = spelt.partition("@")[0]
        if len(local) > LONGEST or "+" in local:
            raise ValueError(
                f"its part before the @ may have {LONGEST} characters, and no plus: a token follows"
            )
        return spelt

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, values: dict[str, Any]) -> dict[str, Any]:
        project = Path(values["project"])
        values["database_url"] = values.get("database_url") or f"sqlite:///{project}/.nurture/store.db"
        web_port = values.get("web_port", cls.model_fields["web_port"].default)
        values["public_url"] = values.get("public_url") or f"http://127.0.0.1:{web_port}"
        return values

    @model_validator(mode="after")
    def _links_work(self) -> Self:
        if self.smtp_url is not None and not self.public_url.startswith("https://"):
            raise ValueError("NURTURE_SMTP_URL is set, so NURTURE_PUBLIC_URL must be an https URL")
        return self


def load_settings(project: Path | None = None) -> Settings:
    """The settings for `project`, else for NURTURE_PROJECT, else for the project around the current folder.

    With the embedded store, a missing secret is made once, at .nurture/secret, readable by its owner only.

    Raises:
        ProjectError: there is no project.
        SettingError: a setting is missing or cannot be used; the message names it.
    """
    root = _root(project)
    _refuse_unknown()
    try:
        settings = Settings(project=root)
    except ValidationError as error:
        raise _named(error) from None  # the original would show the values, and they may be secrets
    return settings if settings.secret_keys else settings.model_copy(update={"secret_keys": _keys(settings)})


def _root(project: Path | None) -> Path:
    named = project or (Path(os.environ["NURTURE_PROJECT"]) if os.environ.get("NURTURE_PROJECT") else None)
    if named is None:
        return find_project(Path.cwd())
    if not is_project(named):
        raise ProjectError(
            f"{named} is not a Nurture project: it has no {MARK}",
            hint="name the folder that holds it, or begin one with `nurture init`",
        )
    return named.resolve()


MEANT_BY = {
    "smtp_url": "RELAY RELAY_URL MAIL_URL EMAIL_URL SMTP SMTP_HOST SMTP_PORT SMTP_USER SMTP_USERNAME"
    " SMTP_PASSWORD",
    "database_url": "DB DB_URL DATABASE DATABASE_DSN DSN POSTGRES_URL STORE STORE_URL",
    "public_url": "BASE_URL SITE_URL WEB_URL HOST URL",
    "secret_keys": "SECRET SECRETS SECRET_KEY SIGNING_KEY KEY KEYS",
    "web_port": "PORT HTTP_PORT",
    "mailbox_url": "INBOX IMAP_URL BOUNCE_URL",
    "bounce_address": "BOUNCES RETURN_PATH",
    "smtp_connections": "CONNECTIONS CONCURRENCY",
    "worker": "WORKER_NAME",
    "project": "HOME DIR ROOT PROJECT_DIR",
    "webhook_key": "WEBHOOK_SECRET",
}
"""Names that somebody may think a setting has, by the setting that they mean."""
SYNONYMS = {name: setting for setting, names in MEANT_BY.items() for name in names.split()}


def _refuse_unknown() -> None:
    """Refuse a setting that would be ignored: mail might go the wrong way for it."""
    known = {f"{PREFIX}{name.upper()}": name for name in Settings.model_fields}
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in known or name.startswith(f"{PREFIX}TEST_"):
            continue
        raise SettingError(f"{name} is not a setting", hint=_meant(name, list(known)))


def _meant(name: str, known: list[str]) -> str:
    own = name.removeprefix(PREFIX).upper()
    close = difflib.get_close_matches(own, [one.removeprefix(PREFIX) for one in known], n=1, cutoff=0.7)
    meant = SYNONYMS.get(own, close[0] if close else "").upper()
    if meant:
        return f"did you mean {PREFIX}{meant}? If not, unset it"
    return f"unset it; the settings are {', '.join(sorted(known))}"


def _named(error: ValidationError) -> SettingError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    why = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return SettingError(
            "a live relay needs a public https address: links to unsubscribe would be dead otherwise",
            hint=f"{why}, for example NURTURE_PUBLIC_URL=https://mail.example.com",
        )
    name = f"{PREFIX}{str(first['loc'][0]).upper()}"
    return SettingError(f"{name} cannot be used: {why}", hint=f"set {name} in the environment, or unset it")


def _keys(settings: Settings) -> tuple[str, ...]:
    if settings.secret_keys_file is not None:
        return _keys_from(settings.secret_keys_file)
    if not settings.embedded:
        raise SettingError(
            "NURTURE_SECRET_KEYS is missing: workers on one PostgreSQL must sign links with the same keys",
            hint="set NURTURE_SECRET_KEYS (comma-separated, newest first) or NURTURE_SECRET_KEYS_FILE; "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'` makes a key",
        )
    return (_own_key(settings.state),)


def _keys_from(path: Path) -> tuple[str, ...]:
    try:
        keys = tuple(path.read_text(encoding="utf-8").replace(",", "\n").split())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"NURTURE_SECRET_KEYS_FILE cannot be read: {path}", hint="one key a line, the newest first"
        ) from error
    if not keys or any(len(key) < 16 for key in keys):
        raise SettingError(
            f"NURTURE_SECRET_KEYS_FILE holds no usable keys: {path}",
            hint="one key a line, each of 16 characters or more, the newest first",
        )
    return keys


def _own_key(state: Path) -> str:
    path = state / "secret"
    try:
        state.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingError(
            f"{path} cannot be made or read: {error.strerror}",
            hint="make the project's .nurture folder writable, or set NURTURE_SECRET_KEYS",
        ) from error


def _write_once(path: Path) -> None:
    """Write the key so that of several processes one writes it, and a reader never sees half of it."""
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
