"""Mature leads and their sellers: offered, told, answered, and replies passed on.

Its door: `offer.offer_leads`, `notify.hand_off`, `answer.take_answers`, `forward`.
"""
