"""The web app: the pages where leads unsubscribe, and the health checks.

Its door: `app.make_app`, `unsubscribe.StoreDesk`.
"""
