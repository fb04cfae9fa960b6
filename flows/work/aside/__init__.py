"""What one item of a batch raises is set aside with its reason; the operator puts it back or drops it.

Its door: `sieve.sieve`, `culprits.leave_out`, `retrial.put_back_all`, `retrial.drop_all`.
"""
