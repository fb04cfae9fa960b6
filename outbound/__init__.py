"""Speaks: builds messages and hands them to a relay, and calls other systems.

Its door: `smtp.pool.Relay`, `message.build.build_message`, `webhooks.Caller`, `inbox.LocalInbox`.
"""
