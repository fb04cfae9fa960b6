"""Speaks: builds messages and hands them to a relay."""
