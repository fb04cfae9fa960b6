"""Imported rows: what a batch changes, how it is written, and how far an import has come.

Its door: `writes.save_batch`, `writes.try_batch`, `changes.FileMemory`, `runs.Progress`.
"""
