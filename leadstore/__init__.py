"""Remembers: tables, migrations, reads (rows in, values out) and writes (values in, rows out).

Its door: `store.Store`, `store.in_thread`, `releases.current_release`, `signals.append_signals`, `notes`,
`vitals`, and the doors of its folders.
"""
