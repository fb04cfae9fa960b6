"""Signed links and addresses that say who leaves, and how a URL is shown without its secrets.

Its door: `web_tokens.Links`, `mail_tokens`, `redaction.shown_url`.
"""
