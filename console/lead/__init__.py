"""`nurture lead`: what is done with one person's record: given out, erased, merged, or found twice.

Its door: `command.app`.
"""
