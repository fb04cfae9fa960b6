"""A small IMAP server on loopback: one folder, real UIDs and flags, and a memory of what it was asked."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Folder:
    """What lies on the server. `keywords` says whether clients may invent flags."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    validity: int = 7
    keywords: bool = True
    password: str = "let me in"
    asked: list[str] = field(default_factory=list)
    vanish: bool = False
    refused: str = ""
    broken: set[int] = field(default_factory=set)  # UIDs of mails that it does not give

    def put(self, raw: bytes) -> int:
        """Deliver a mail; returns its UID."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid], self.flags[uid] = raw.replace(b"\n", b"\r\n"), set()
        return uid


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Greet and answer commands until LOGOUT."""
        self.say("* OK ready")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            tag, _, rest = line.partition(" ")
            verb, _, given = rest.partition(" ")
            if verb.upper() == "UID":
                verb, _, given = given.partition(" ")
            self.server.folder.asked.append(verb.upper())
            answer = getattr(self, f"do_{verb.lower()}", None)
            known = answer and verb.upper() != self.server.folder.refused
            outcome = answer(given) if known else "NO not that"
            self.say(f"{tag} {outcome}")
            if verb.upper() == "STARTTLS":
                self.wrap()
            if verb.upper() == "LOGOUT" or (self.server.folder.vanish and verb.upper() == "FETCH"):
                return

    def finish(self) -> None:
        """Close the connection, encrypted or not."""
        super().finish()
        self.request.close()

    def say(self, line: str) -> None:
        """Send one line."""
        self.wfile.write(line.encode() + b"\r\n")

    def wrap(self) -> None:
        """Go on under TLS."""
        assert self.server.tls is not None
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.setup()

    def do_capability(self, _: str) -> str:
        tls = " STARTTLS" if self.server.tls else ""
        self.say(f"* CAPABILITY IMAP4rev1{tls}")
        return "OK done"

    def do_starttls(self, _: str) -> str:
        return "OK begin" if self.server.tls else "NO never"

    def do_login(self, given: str) -> str:
        return "OK done" if f'"{self.server.folder.password}"' in given else "NO wrong name or password"

    def do_select(self, given: str) -> str:
        if "INBOX" not in given:
            return "NO no such folder"
        folder = self.server.folder
        more = r" \*" if folder.keywords else ""
        self.say(f"* {len(folder.mails)} EXISTS")
        self.say(rf"* OK [PERMANENTFLAGS (\Seen \Deleted{more})] Limited")
        self.say(f"* OK [UIDVALIDITY {folder.validity}] valid")
        return "OK [READ-WRITE]"

    def do_search(self, given: str) -> str:
        found = re.search(r"UID (\d+):\*", given)
        assert found is not None, given
        uids = sorted(self.server.folder.mails)
        # As the RFC wants it, `n:*` names the last mail even when it is older than n.
        wanted = [uid for uid in uids if uid >= int(found.group(1))] or uids[-1:]
        self.say("* SEARCH " + " ".join(map(str, wanted)))
        return "OK done"

    def do_fetch(self, given: str) -> str:
        uid = int(given.split()[0])
        found = re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", given)
        assert found is not None, given
        if uid in self.server.folder.broken:
            return "NO this message cannot be opened"
        raw = self.server.folder.mails.get(uid)
        if raw is not None and not self.server.folder.vanish:
            body = raw[: int(found.group(1))]
            self.wfile.write(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (uid, uid, len(body), body))
        return "OK done"

    def do_store(self, given: str) -> str:
        uids, _, flags = given.split(" ", 2)
        for uid in map(int, uids.split(",")):
            self.server.folder.flags[uid] |= set(flags.strip("()").split())
        return "OK done"

    def do_expunge(self, _: str) -> str:
        folder = self.server.folder
        for uid in [uid for uid, flags in folder.flags.items() if "\\Deleted" in flags]:
            del folder.mails[uid], folder.flags[uid]
        return "OK done"

    def do_logout(self, _: str) -> str:
        self.say("* BYE")
        return "OK done"


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Folder, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.folder = folder
        self.tls = tls


@contextmanager
def imap_server(
    folder: Folder, *, tls: ssl.SSLContext | None = None, over_tls: bool = False
) -> Iterator[int]:
    """The port of a server of this folder while the block runs; `tls` offers STARTTLS, or `over_tls` all."""
    server = Server(folder, None if over_tls else tls)
    if over_tls:
        assert tls is not None
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
