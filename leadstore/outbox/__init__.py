"""The outbox: claimed, marked as started, settled once; and the operator's word on what nobody knows.

Its door: `letters.claim_notices`, `letters.mark_started`, `returns.settle_doubt`, `routes.read_routes`,
`retry`.
"""
