"""What a person may ask of us: seals of the erased, traces of a person in texts, and how old data may get.

Its door: `seals.Seals`, `traces.Traces`, `acts.NO_ACTS`, `age.parse_age`.
"""
