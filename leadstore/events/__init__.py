"""What other systems post: their keys, visitors without an address, and the one transaction of a batch.

Its door: `arrivals.write_arrivals`, `keys`, `counts.list_unmapped`.
"""
