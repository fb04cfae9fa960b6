"""What is decided for each lead, and why: who enters a sequence, and what every due enrolment does now.

Its door: `walk.decide`, `entry.consider`, `entry.takes_in`, `consent.consent_to`, `pace.Pacer`,
`routes.Route`.
"""
