"""Tunes Python's garbage collector, so that it does not look at long-lived objects again and again."""

from __future__ import annotations

import gc

OFTEN, SELDOM, RARELY = 50_000, 20, 100
"""New objects between two looks at the youngest, and every how many of them it looks at older ones."""


def spare_what_stays() -> None:
    """Exclude all present objects from garbage collection, and make its runs rare.

    Modules, tables and a compiled release are fifty thousand objects that stay as long as the process. A
    batch makes more, which are freed by their reference counts once it is settled: the collector's looks at
    them are in vain, and take a tenth of a touch's time. Reference cycles, such as an error with its
    traceback, are still found. Done once per process, so that what a later release replaces is collected.
    """
    if not gc.get_freeze_count():
        gc.collect()  # nothing dead is kept
        gc.freeze()
        gc.set_threshold(OFTEN, SELDOM, RARELY)
