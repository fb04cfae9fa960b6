"""Takes in signals and mails: they change consents and stages, re-score, wake and enrol.

Its door: `intake.intake`, `mail.sweep`.
"""
