"""The store: tables, migrations, reads (rows in, values out) and writes (values in, rows out)."""
