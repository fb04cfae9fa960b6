"""Nobody is taken out of a sequence unasked: not by `apply`, not by a clock."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from flows.work.project.apply import apply_release
from flows.work.project.watch import ShelfWatch
from flows.work.shop.settings import load_settings
from flows.work.shop.wire import open_shop
from leadstore.releases import current_release_id
from leadstore.rows import enrolment
from leadstore.store import Store
from nurture.errors import LeadsLeave
from tests.builders import add_lead
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY

STEPS = "- send: hello\n- wait: 2 days\n- send: more\n"
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop with two leads in the sequence `s`."""
    made = workshop(store, tmp_path)
    made.apply(files(STEPS))
    for name in ("ada", "bob"):
        made.happens(made.lead(name), "form.submitted")
    await made.tick()
    return made


def running(work: Workshop) -> int | None:
    with work.shop.store.read() as tx:
        return current_release_id(tx)


def renamed(project: Mapping[str, str]) -> dict[str, str]:
    text = project["sequences/s.yaml"].replace("sequence: s", "sequence: t")
    return {**project, "sequences/s.yaml": text}


TAKEN_OUT = {
    "a sequence renamed": renamed(files(STEPS)),
    "steps changed, and on_change is exit": files("- send: hello\n- send: more\n", "on_change: exit\n"),
}


@pytest.mark.parametrize("changed", TAKEN_OUT.values(), ids=TAKEN_OUT.keys())
async def test_files_that_take_leads_out_are_not_applied_unasked(
    work: Workshop, changed: dict[str, str]
) -> None:
    """The error says how many would leave which sequence, and the old release goes on."""
    with pytest.raises(LeadsLeave, match="would take 2 leads out of a sequence") as found:
        apply_release(work.shop.store, changed, TUESDAY)

    assert found.value.leaving == {"s": 2}
    assert running(work) == 1
    assert {row.state for row in work.rows(enrolment)} == {"active"}


@pytest.mark.parametrize("changed", TAKEN_OUT.values(), ids=TAKEN_OUT.keys())
async def test_with_a_yes_they_leave_at_once(work: Workshop, changed: dict[str, str]) -> None:
    """What was told is what is done, and the next apply asks no more."""
    applied = apply_release(work.shop.store, changed, TUESDAY, yes=True)

    assert applied.followed.left == 2
    assert {row.state for row in work.rows(enrolment)} == {"stopped"}
    assert not apply_release(work.shop.store, changed, TUESDAY).changed


KEPT = {
    "a file renamed": {
        **{name: text for name, text in files(STEPS).items() if name != "sequences/s.yaml"},
        "sequences/other.yml": files(STEPS)["sequences/s.yaml"],
    },
    "a step removed, and everybody finishes": files("- send: hello\n- send: more\n"),
    "a step removed, and those at it finish": files("- send: hello\n- send: more\n", "on_change: move\n"),
}


@pytest.mark.parametrize("changed", KEPT.values(), ids=KEPT.keys())
async def test_files_that_take_nobody_out_are_applied_unasked(
    work: Workshop, changed: dict[str, str]
) -> None:
    """Nobody is asked for nothing."""
    assert apply_release(work.shop.store, changed, TUESDAY).changed
    assert {row.state for row in work.rows(enrolment)} == {"active"}


async def test_an_unattended_clock_keeps_the_old_release_and_says_so(tmp_path: Path) -> None:
    """At every look, until somebody says yes; the files are applied then."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    async with open_shop(load_settings(tmp_path)) as shop:
        with shop.store.begin() as tx:
            lead_id, _ = add_lead(tx, "ada")
            values = {
                "lead_id": lead_id, "sequence": "loyalty", "entry_key": "", "run": 1, "version": "v",
                "release_id": 1, "step": "x", "state": "active", "entered_at": TUESDAY, "step_since": TUESDAY,
                "due_at": TUESDAY, "first_due_at": TUESDAY, "occurrence": 1, "priority": 50,
                "requested": False, "retries": 0,
            }  # fmt: skip
            tx.execute(enrolment.insert().values(**values))
        (tmp_path / "sequences" / "loyalty.yaml").unlink()
        watch = ShelfWatch(shop)

        looks = [watch.look() for _ in range(2)]
        held = watch.held_back
        apply_release(shop.store, watch._seen, TUESDAY, yes=True)
        after = watch.look()

        assert looks == [(None, ()), (None, ())]
        assert held is not None
        assert held.leaving == {"loyalty": 1}
        assert after[0] is None
        assert watch.held_back is None
