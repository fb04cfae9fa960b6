"""The shelf watch: what is saved is applied once, and a broken file changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.work.project.watch import ShelfWatch
from flows.work.shop.settings import load_settings
from flows.work.shop.wire import Shop, open_shop
from leadstore.releases import current_release_id

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shipped project, open, with its files applied."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    async with open_shop(load_settings(tmp_path)) as opened:
        yield opened


def _save(shop: Shop, text: str) -> None:
    path = shop.settings.project / "nurture.yaml"
    path.write_text(path.read_text() + text)


def _running(shop: Shop) -> int | None:
    with shop.store.read() as tx:
        return current_release_id(tx)


def test_files_that_were_not_touched_are_not_applied_again(shop: Shop) -> None:
    """What runs is what lies there."""
    assert ShelfWatch(shop).look() == (None, ())


def test_a_saved_file_is_applied(shop: Shop) -> None:
    """The next tick runs the new release."""
    watch = ShelfWatch(shop)
    watch.look()
    _save(shop, "\n# a remark\n")

    release, faults = watch.look()

    assert (release, faults) == (_running(shop), ())
    assert release == 2


def test_a_broken_file_is_told_once_and_changes_nothing(shop: Shop) -> None:
    """The last good release goes on; the second look is silent."""
    watch = ShelfWatch(shop)
    watch.look()
    _save(shop, "\nunknown: key\n")

    first, second = watch.look(), watch.look()

    assert [fault.severity for fault in first[1]] == ["error"]
    assert (second, _running(shop)) == ((None, ()), 1)
