"""The shop: store, book, relay and links joined from the settings, and what only one process may do.

Its door: `wire.open_shop`, `wire.Shop`, `settings.load_settings`, `single.only_one`.
"""
