"""`nurture why`: one lead's story in sentences, as a page or as JSON.

Its door: `command.why`, `reasons.plainly`.
"""
