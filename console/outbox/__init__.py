"""`nurture outbox`: lists the outbox, settles uncertain rows, retries failed ones, and shows routes.

Its door: `command.app`.
"""
