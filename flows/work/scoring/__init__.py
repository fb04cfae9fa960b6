"""Scores of a batch or of everybody, back-tests, and cards learned from outcomes.

Its door: `batch.score_leads`, `rescore.rescore`, `backtest.replay`, `learn.learn`.
"""
