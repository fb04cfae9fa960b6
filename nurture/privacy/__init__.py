"""What a person may ask of us: seals of the erased, traces of a person in texts, likeness of two leads.

Its door: `seals.Seals`, `traces.Traces`, `likeness.compare`, `acts.is_own_act`.
"""
