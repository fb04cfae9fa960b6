"""Signed links and addresses that name a lead or a message, and URLs shown without their secrets.

Its door: `web_tokens.Links`, `mail_tokens`, `redaction.shown_url`.
"""
