"""Import maps: how a row of another system's file becomes a lead, and what of it cannot be used.

Its door: `map.read_map`, `map.ImportMap`, `reader.RowReader`, `lead.ImportedLead`.
"""
