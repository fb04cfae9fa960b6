"""Enrolments: who may enter, what is read for the gate, and what was decided, in set statements.

Its door: `snapshots.lock_leads`, `snapshots.read_snapshots`, `decisions.write_plans`,
`positions.write_positions`, `halts`.
"""
