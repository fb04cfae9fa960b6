"""A touch from claim to settle: queue, letters, pace, pipeline and what was spoken.

Its door: `advance.advance`, `webhooks.call_others`, `give_up.give_up`, `settle.settle_surely`.
"""
