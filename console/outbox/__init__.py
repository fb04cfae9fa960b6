"""`nurture outbox`: what was spoken, what nobody knows, what failed, and the routes it takes.

Its door: `command.app`.
"""
