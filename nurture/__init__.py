"""Decides: pure functions over values, with no clock, file, socket, SQL or log.

Its door: `values`, `words`, `errors`, `timing`, and the doors of its folders.
"""

import zoneinfo

__version__ = "0.1.0"
"""The version of the whole program, and the only place that says it."""

# The locked tzdata decides what the clock of a place shows, in every process of ours, since each imports this
# package first. The host's own files may be years old, and would send at old hours.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
