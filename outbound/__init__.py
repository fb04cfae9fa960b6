"""Outbound: builds messages and webhook calls, and hands them to a relay or another system."""
