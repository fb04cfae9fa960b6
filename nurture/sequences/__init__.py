"""Sequences: the file's grammar, its checks, and the frozen steps that a lead walks through.

Its door: `grammar.read_sequence`, `steps.Sequence`, `webinars.webinar_of`, `fingerprint.fingerprint`.
"""
