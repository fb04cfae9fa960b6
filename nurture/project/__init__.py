"""A project's files, read together: the policy, the catalogue, and all that is checked between files.

Its door: `book.read_book`, `book.Book`, `policy.Policy`, `catalog.Catalog`, `shelves.spelled`.
"""
