"""The event API: what other systems post and read, under /api/v1.

Its door: `desk.ApiDesk`, `routes.api_routes`.
"""
