"""A file of leads: streamed, saved in batches that resume, its rejects kept beside it.

Its door: `run.import_file`, `run.try_file`, `map.read_import_map`.
"""
