"""Sets an item of a batch that raises aside, so that the rest goes on; the operator puts it back or drops it.

Its door: `sieve.sieve`, `culprits.leave_out`, `retrial.put_back_all`, `retrial.drop_all`.
"""
