"""Touches, sellers' mails and webhooks from claim to settle, all through one pipeline.

Its door: `advance.advance`, `webhooks.call_others`, `pipeline.deliver`, `letters.Kind`, `give_up.give_up`.
"""
