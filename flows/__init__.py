"""Conducts: one Prefect flow a file, thin over the plain Python in flows/work.

Its door: `tick.tick`, `handoff.handoff`, `intake.intake`, `mailbox.mailbox`, `rescore.rescore`, and the doors
of its folders.
"""

import nurture as nurture  # sets where zones are read from, also in a child that imports nothing else of it
