"""Inbound: the web pages and mailboxes through which leads answer."""
