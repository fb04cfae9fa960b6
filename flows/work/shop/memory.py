"""Keeps Python's garbage collector from reading what a process has loaded again and again."""

from __future__ import annotations

import gc

OFTEN, SELDOM, RARELY = 50_000, 20, 100
"""New objects between two looks at the youngest, and every how many of them it looks at older ones."""


def spare_what_stays() -> None:
    """Tell the collector that what is there now stays, and to look seldom at what comes.

    Modules, tables and a compiled release are fifty thousand objects that live as long as the process. A
    batch makes more, which live until it is settled and then die when they are counted down, without the
    collector: whatever it finds out about them meanwhile is in vain, and takes a tenth of a touch's time.
    What does lie in a ring, such as an error with its traceback, is still found. Once per process, so
    that what a later release replaces can be collected.
    """
    if not gc.get_freeze_count():
        gc.collect()  # nothing dead is kept
        gc.freeze()
        gc.set_threshold(OFTEN, SELDOM, RARELY)
