"""The local inbox of a process, which receives all mail while no relay is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.work.shop.settings import Settings
from outbound.inbox import LocalInbox


@contextmanager
def local_inbox(settings: Settings, *, port: int) -> Iterator[Settings]:
    """Settings whose relay is an inbox of this very process, while the block runs; a live relay stays.

    Port 0 takes a free one: whatever else listens on this machine is then never mistaken for the inbox.

    Raises:
        RelayError: the port is taken; names the setting that moves it.
    """
    if not settings.local_relay:
        yield settings
        return
    with LocalInbox(settings.state / "inbox", port=port) as inbox:
        yield settings.model_copy(update={"inbox_port": inbox.port})
