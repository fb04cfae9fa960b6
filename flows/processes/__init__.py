"""The processes of a running system: Prefect's server, our web servers, their ports, logs and end.

Its door: `system.whole_system`, `server.local_server`, `asgi.served`, `stop.stop_asked`.
"""
