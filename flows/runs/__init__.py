"""One run of a flow: the shop it works in, its parameters, its report, and what of it Prefect may know.

Its door: `report.reported`, `options.RunOptions`, `rounds.one_round`, `plain.plain_round`.
"""
