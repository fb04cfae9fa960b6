"""What an operator sees of a run: a state with a name, and a table of counts."""

from __future__ import annotations

from typing import Any

from prefect import State
from prefect.artifacts import acreate_table_artifact
from prefect.logging import get_run_logger
from prefect.states import Completed

from flows.work.counting import Counts, in_words, rows, total


async def closing_state(flow: str, counts: Counts) -> State[dict[str, Any]]:
    """The state a run ends in, named for what happened; a run that did something leaves a table."""
    words = in_words(counts)
    get_run_logger().info("%s: %s", flow, words)
    if not any(total(count) for count in counts.values()):
        return Completed(name="NothingDue", message=words, data=dict(counts))
    await acreate_table_artifact(
        table=rows(counts), key=f"nurture-{flow}", description=f"**{flow}**: {words}"
    )
    unsettled = total(counts.get("failed", 0)) + total(counts.get("uncertain", 0))
    name = "PartiallySent" if unsettled else "Completed"
    return Completed(name=name, message=words, data=dict(counts))
