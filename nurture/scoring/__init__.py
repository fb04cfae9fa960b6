"""Scoring: fit and engagement at one moment, the stage they make a lead mature for, and when to look again.

Its door: `model.read_scoring`, `score.score`, `maturity.judge`.
"""
