"""`nurture mailbox`: reads the mailbox once and prints what came in."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime

from console.frame import InFrame, note, say, say_json
from console.options import Json
from flows.work.counts import in_words
from flows.work.shop.wire import open_shop
from flows.work.signals.mail import sweep
from flows.work.trouble import trouble_in
from nurture.errors import SettingError


async def mailbox(*, once: bool = False, json: Json = False, frame: InFrame) -> int:
    """Read the mailbox of NURTURE_MAILBOX_URL: bounces, complaints, requests to leave, replies.

    Parameters
    ----------
    once
        Read once, which is what it does anyway; `nurture up` and `nurture run` read every five minutes.
    json
        Print the counts for machines.
    """
    settings = frame.settings()
    if settings.mailbox_url is None:
        raise SettingError(
            "no mailbox is configured", hint="set NURTURE_MAILBOX_URL; docs/mailbox.md says how it is written"
        )
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(open_shop(settings))
        counts = await sweep(shop, datetime.now(UTC))
    if json:
        say_json(counts)
    else:
        say(f"mailbox: {in_words(counts)}")
    if trouble := trouble_in(counts):
        note(f"nurture: {trouble.words}")
        return 1
    return 0
