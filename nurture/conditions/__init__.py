"""Conditions: Jinja expressions over a lead, its signals and its consents, parsed once and evaluated often.

Its door: `condition.parse`, `condition.Condition`, `condition.Vocabulary`, `truth.always`, `truth.never`.
"""
