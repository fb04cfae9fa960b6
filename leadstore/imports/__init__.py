"""Imported rows: what they change in memory, how a batch is written, and how far an import has come.

Its door: `writes.save_batch`, `writes.try_batch`, `changes.FileMemory`, `runs.Progress`.
"""
