"""Shows: the command line, one command a file, or a folder where a command has several.

Its door: `app.main`.
"""
