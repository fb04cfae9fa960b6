"""The parameters of the flows: counts and moments only, for Prefect keeps and shows them in clear."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from flows.work.deadline import Deadline

TIMEOUT_SECONDS = 900
"""When Prefect gives a run up. Each ends by its own deadline long before; what is spoken is settled first."""


class RunOptions(BaseModel):
    """When the run takes place, and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    now: str | None = Field(
        default=None,
        title="Moved clock",
        description="An ISO time with its offset; empty: the real one. Only with the local inbox as relay.",
        max_length=40,
    )

    seconds: float | None = Field(
        default=None,
        ge=0,
        title="Seconds",
        description="Begin nothing more after so long: the next run goes on. Empty: this flow's own bound.",
    )

    @property
    def label(self) -> str:
        """The moment, as it is written in the names of runs."""
        return self.now or f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"

    def deadline(self, own: float) -> Deadline:
        """When this run begins nothing more: `own` seconds from now, if not said otherwise."""
        return Deadline.after(own if self.seconds is None else self.seconds)


class TickOptions(RunOptions):
    """How much one tick may do."""

    limit: int | None = Field(
        default=None, ge=1, title="Leads", description="At most so many leads are moved on; empty: all."
    )


class RescoreOptions(RunOptions):
    """Which leads are scored again."""

    full: bool = Field(
        default=False,
        title="All leads",
        description="Score every lead anew, not only those whose score may have crossed a threshold.",
    )
