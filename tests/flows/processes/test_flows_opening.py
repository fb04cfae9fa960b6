"""Where a flow finds its shop: the one this process holds, else one of its own."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.runs.shop import holding, this_shop
from flows.work.moments import parse_moment
from flows.work.shop.settings import load_settings
from flows.work.shop.wire import open_shop
from nurture.errors import ClockError, SettingError

ROOT = Path(__file__).parents[3]
MOMENT = "2027-06-15T10:00:00Z"
AT = datetime(2027, 6, 15, 10, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped project, named by the environment as a worker's is."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setenv("NURTURE_PROJECT", str(tmp_path))
    return tmp_path


async def test_a_worker_opens_a_shop_of_its_own(project: Path) -> None:
    """From its settings, at the moment that the run's parameters name."""
    async with this_shop(MOMENT) as (shop, now):
        assert (shop.settings.project, shop.moved, now) == (project, True, AT)


async def test_the_shop_that_is_held_is_used(project: Path) -> None:
    """The embedded clock opens one for all its runs."""
    async with open_shop(load_settings(project), now=AT) as held:
        with holding(held):
            async with this_shop(MOMENT) as (shop, now):
                assert shop is held
        assert now == AT


async def test_a_real_clock_is_not_moved_by_a_parameter(project: Path) -> None:
    """Somebody in the Prefect UI must not send tomorrow's mail today."""
    async with open_shop(load_settings(project)) as held:
        with holding(held), pytest.raises(ClockError, match="real clock"):
            async with this_shop(MOMENT):
                pass


@pytest.mark.parametrize("text", ["2027-06-15T10:00:00", "tomorrow", ""], ids=["naive", "word", "empty"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A time without its offset means something else on every machine."""
    with pytest.raises(ClockError, match="is not a moment"):
        parse_moment(text)


def test_a_moment_is_kept_in_utc() -> None:
    """However it was written."""
    assert parse_moment("2027-06-15T12:00:00+02:00") == AT


async def test_no_relay_speaks_for_nobody(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `nurture init` left open is filled in before a mail can leave the machine."""
    policy = project / "nurture.yaml"
    policy.write_text(policy.read_text().replace("  name: Verrou", '  name: "[Your company]"'))
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.dale.example")
    with pytest.raises(SettingError, match=r"does not say yet who writes: company\.name"):
        async with open_shop(load_settings(project)):
            pass

    policy.write_text(policy.read_text().replace("[Your company]", "Dale"))
    async with open_shop(load_settings(project)) as shop:
        assert not shop.settings.local_relay
