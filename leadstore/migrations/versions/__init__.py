"""The steps from schema to schema: one file per change, NNNN_<subject>.py.

Its door: none; Alembic runs them in their order.
"""
