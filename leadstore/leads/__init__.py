"""Leads: found by what a person knows of them, merged, ranked, and put to a stage.

Its door: `lookup.find_lead`, `merge.merge`, `ranking.list_leads`, `stages.place`.
"""
