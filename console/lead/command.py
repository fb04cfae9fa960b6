"""`nurture lead`: joins its sub-commands."""

from __future__ import annotations

from cyclopts import App

app = App(
    name="lead", help="Give out, erase or merge one person's record; find doubles.", help_format="plaintext"
)
# By path, so that each is imported only when it is called.
app.command("console.lead.export:export", name="export", help="Give out everything kept about a person.")
app.command("console.lead.merge:merge", name="merge", help="Merge a lead into another: the same person.")
app.command(
    "console.lead.duplicates:duplicates", name="duplicates", help="List leads that are probably one person."
)
app.command("console.lead.erase:erase", name="erase", help="Erase everything kept about a person.")
