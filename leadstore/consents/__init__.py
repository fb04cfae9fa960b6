"""Consents, suppressions and a lead's own cap: states with their history.

Its door: `grants.grant`, `grants.withdraw_topics`, `grants.suppress`, `suppressions.suppress_address`,
`caps.choose_cap`.
"""
