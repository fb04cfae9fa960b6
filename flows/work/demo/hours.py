"""The moments the demo's moved clock stops at: working hours, evenings and weekends of each week."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from nurture.project.catalog import Catalog

MOST_TICKS = 60

WEEK = (  # the most important first: a demo of many weeks drops the last ones
    (1, time(10, 20)),  # Tuesday morning in Europe
    (3, time(9, 40)),
    (0, time(9, 10)),
    (5, time(11, 0)),  # Saturday: the window is shut
    (2, time(15, 20)),  # Wednesday, when mornings begin in America
    (4, time(13, 15)),
    (1, time(19, 40)),  # Tuesday evening: shut in Europe, open in America
    (6, time(20, 30)),  # Sunday night: quiet hours
)
"""Day of the week (0 is Monday) and the time in UTC."""

WITHOUT_WEBINAR = datetime(2026, 12, 14, tzinfo=UTC)
"""The first Monday when the catalogue has no webinar."""


def first_monday(catalog: Catalog, weeks: int) -> datetime:
    """The Monday to begin on, so that the next webinar takes place in the last week."""
    starts = sorted(webinar.starts_at for webinar in catalog.webinars.values())
    if not starts:
        return WITHOUT_WEBINAR
    day = starts[0].astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday(), weeks=weeks - 1)


def moments(monday: datetime, weeks: int) -> list[datetime]:
    """When the flows run, in order; never more than MOST_TICKS."""
    stops = sorted(WEEK[: max(1, MOST_TICKS // weeks)])
    days = ((monday + timedelta(weeks=week, days=day), at) for week in range(weeks) for day, at in stops)
    return [datetime.combine(day.date(), at, UTC) for day, at in days][:MOST_TICKS]
