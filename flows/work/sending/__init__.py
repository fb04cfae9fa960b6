"""A touch from claim to settle: queue, letters, pace, pipeline and what was spoken.

Its door: `advance.advance`, `queue`, `pipeline`, `settle.settle_surely`, `give_up.give_up`.
"""
