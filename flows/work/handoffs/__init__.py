"""Mature leads and their sellers: offered, told, answered, and replies passed on.

Its door: `notify.hand_off`, `offer.offer`, `offer.offer_leads`, `answer.take_answers`.
"""
