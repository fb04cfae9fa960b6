"""`nurture score`: explains scores, learns them from outcomes, and tries new ones on history."""

from __future__ import annotations

from cyclopts import App

app = App(
    name="score",
    help="Explain a score, learn a scoring card from outcomes, or try one on history.",
    help_format="plaintext",
)
# By path, so that each is imported only when it is called.
app.command("console.score.explain:explain", name="explain", help="Show every term of a lead's score.")
app.command("console.score.learn:learn", name="learn", help="Learn a points card from outcomes.")
app.command("console.score.backtest:backtest", name="backtest", help="Try a scoring.yaml on history.")
