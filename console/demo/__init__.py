"""`nurture demo`: the whole engine on invented leads, and the table it ends with.

Its door: `command.demo`.
"""
