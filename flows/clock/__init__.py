"""The embedded clock of `nurture up`, the one process that keeps it, and the rivals it refuses.

Its door: `ticker.Clock`, `leader.leading_alone`, `rivals.refuse_schedules`.
"""
