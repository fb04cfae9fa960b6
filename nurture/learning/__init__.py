"""Learning: a points card from outcomes, a search for leaks, and back-tests of a model.

Its door: `outcomes.Example`, `candidates.Candidate`, `card.Card`, `leaks.find_leaks`, `backtest.Replayed`.
"""
