"""Fault 53: one item of a batch raises, at each stage of the work; the others never notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from flows.work.aside.retrial import put_back_all
from leadstore.rows import handoff
from nurture.values import Delivery
from nurture.words import Remedy
from tests.faults.cases import HOUR, MINUTE, Book, Play, Trial
from tests.flows.poison import ERRORS, STAGES, Poison, Stage, waiting
from tests.flows.workshop import files
from tests.nurture.gate_world import TUESDAY

BOOK = Book()
KINDS = tuple(ERRORS)


async def _make(caller: Any, calls: Sequence[Any], now: Callable[[], Any]) -> list[Delivery]:
    return [Delivery(call.outbox_id, call.attempt, Remedy.TAKEN, now(), 200, "") for call in calls]


def _play(stage: Stage, dialect: str, error: str) -> Play:
    async def play(trial: Trial) -> str:
        work = trial.work(dialect)
        ids = stage.arrange(work, TUESDAY)
        poison = Poison(ids[1], ERRORS[error])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("outbound.webhooks.Caller.make", _make)
            poison.into(patch, stage.target, stage.whom)
            await work.tick()
            done, listed, tried = len(stage.done(work)), waiting(work), poison.tried
            await work.tick(TUESDAY + 10 * MINUTE)
            again = poison.tried - tried
            poison.mended = True
            put_back_all(work.shop, listed, TUESDAY + HOUR)
            await work.tick(TUESDAY + HOUR)
        kinds = ", ".join(one.kind.value for one in listed)
        return f"{done} done, {kinds} aside, tried {again} times more; put back: {len(stage.done(work))} done"

    return play


for _number, _stage in enumerate(STAGES):
    for _dialect in ("sqlite", "postgresql"):
        _error = KINDS[_number % len(KINDS)]
        BOOK.fault(
            53,
            f"one of three raises {_error}: {_stage.name}, on {_dialect}",
            f"2 done, {_stage.listed} aside, tried 0 times more; put back: 3 done",
            slow=_number > 0,
            postgres=_dialect == "postgresql",
        )(_play(_stage, _dialect, _error))


@BOOK.fault(53, "sellers answer alike in one tick", "accepted 2, rejected 2, nothing aside")
async def _answers(trial: Trial) -> str:
    work = trial.work()
    work.apply(files("- send: hello"))
    ids = [work.lead(f"lead{n}", job_title="Head") for n in range(4)]
    for one in ids:
        work.happens(one, "demo.requested")
    await work.tick()
    for one, kind in zip(ids, ["accepted"] * 2 + ["rejected"] * 2, strict=True):
        work.happens(one, f"handoff.{kind}", TUESDAY + MINUTE)
    await work.tick(TUESDAY + MINUTE)
    states = [row.state for row in work.rows(handoff)]
    aside = len(waiting(work)) or "nothing"
    return f"accepted {states.count('accepted')}, rejected {states.count('rejected')}, {aside} aside"
