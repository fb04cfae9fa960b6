"""Alembic's folder: one file per change of the schema, versions/NNNN_<subject>.py.

Each migration declares, beside its revision, whether it is `additive`: True when the version of Nurture
before it goes on working on the migrated store, because there is only more of it (a new table; a new column
that may be null or has a default of the server's; a new index that forbids nothing). It is False when
something that the version before reads or writes is gone, renamed, narrower, newly required, or means
something else.

`upgrade` leaves a note in the store of the last migration that was not additive. A version that knows that
one runs on the store, however much was added after it: workers are upgraded one by one. A version that does
not know it refuses, and says what to do. A change that is not additive is better made as two: add, and take
away a release later.

Its door: none; leadstore.database.upgrade hands the folder to Alembic.
"""
