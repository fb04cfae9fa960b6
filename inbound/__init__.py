"""Listens: the pages and mailboxes through which leads answer."""
