"""The embedded clock of `nurture up`, the lock of the process that keeps it, and other clocks it refuses.

Its door: `ticker.Clock`, `leader.leading_alone`, `rivals.refuse_schedules`.
"""
