"""The web app: the pages where leads leave, and what whoever watches the engine is told.

Its door: `app.make_app`, `unsubscribe.StoreDesk`.
"""
