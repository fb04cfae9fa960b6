"""What happened, taken in: signals and mails change consents and stages, re-score, wake and enrol.

Its door: `intake.intake`, `mail.sweep`.
"""
