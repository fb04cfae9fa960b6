"""Scores: read and written for a batch, or for everybody by sets, with a history that is thinned.

Its door: `history.read_for_scoring`, `history.write_scores`, `sets.MassScoring`, `passes.Pass`.
"""
