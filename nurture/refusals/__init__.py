"""Refusals: what a failure means by its codes and its words, and when an address is worn out.

Its door: `refusal.judge`, `refusal.RefusalMeaning`, `soft_bounces.worn_out`, `relay_log.read_log`.
"""
