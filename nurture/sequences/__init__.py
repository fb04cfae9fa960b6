"""Sequences: the file's grammar, its checks, and the frozen steps that a lead walks through.

Its door: `grammar.salvage_sequence`, `steps.Step`, `steps.Sequence`, `webinars.webinar_of`.
"""
