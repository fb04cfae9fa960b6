"""`nurture why`: one lead's story in sentences, as a page or as JSON.

Its door: `command.why`. What explains a story is in flows/work/story, for the API tells it too.
"""
