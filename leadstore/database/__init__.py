"""The database under the tables: bulk rows, locks, timeouts, its schema, and what its driver raises.

Its door: `bulk.Bulk`, `locks`, `outages.said_plainly`, `schema.read_schema`, `access.open_existing`.
"""
