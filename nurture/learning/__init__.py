"""Learning: a points card from outcomes, leaks found, and a model tried on what is past.

Its door: `outcomes.Example`, `candidates.Candidate`, `card.Card`, `leaks.find_leaks`, `backtest.Replayed`.
"""
