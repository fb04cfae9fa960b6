"""SMTP: letters over a few persistent connections, each with exactly one outcome.

Its door: `pool.Relay`, `replies.remedy_of`.
"""
