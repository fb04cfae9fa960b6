"""Binds a port of this machine, or says which setting moves it."""

from __future__ import annotations

import errno
import socket

from nurture.errors import SettingError


def bind(port: int, setting: str, what: str, *, host: str = "127.0.0.1") -> socket.socket:
    """A socket on `port` (0: any free one) of this machine, not yet listening.

    Raises:
        SettingError: the port is taken or not allowed; names the setting that moves it.
    """
    # The protocol is named, for asyncio lets small answers leave at once (TCP_NODELAY) only where it is: each
    # answer on a kept connection waited 40 ms for the other side's acknowledgement of its head.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise SettingError(
            f"port {port} {why}: {what} needs it", hint=f"stop what uses it, or set {setting} to a free port"
        ) from error
    return listener
