"""`nurture score`: explains scores, learns them from outcomes, and tries new ones on history.

Its door: `command.app`, `lines.score_lines`.
"""
