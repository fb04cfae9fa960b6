"""One run of a flow: the shop it works in, its parameters, its report, and how errors are sealed.

Its door: `report.reported`, `options.RunOptions`, `rounds.one_round`, `plain.plain_round`.
"""
