"""A condition's tree as SQL that selects the leads for which the Python closure holds.

Its door: `selection.as_sql`, `operands.member`.
"""
