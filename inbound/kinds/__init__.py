"""The kinds of mail that come back, each recognised by a module of its own.

Its door: `bounce.read_bounces`, `complaint.is_complaint`, `autoreply.is_auto_reply`, `leave.asks_to_leave`.
"""
