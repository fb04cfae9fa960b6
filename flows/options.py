"""The parameters of the flows: counts and moments only, for Prefect keeps and shows them in clear."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field


class RunOptions(BaseModel):
    """When the run takes place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    now: str | None = Field(
        default=None,
        title="Moved clock",
        description="An ISO time with its offset; empty: the real one. Only with the local inbox as relay.",
        max_length=40,
    )

    @property
    def label(self) -> str:
        """The moment, as it stands in the names of runs."""
        return self.now or f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"


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
    seconds: float | None = Field(
        default=None,
        ge=0,
        title="Seconds",
        description="Begin no further page of all leads after so long: the next run goes on.",
    )
