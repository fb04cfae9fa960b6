"""A project's files: read from disk, applied as the release that runs, watched while it does.

Its door: `shelf.read_shelf`, `apply.apply_shelf`, `watch.ShelfWatch`.
"""
