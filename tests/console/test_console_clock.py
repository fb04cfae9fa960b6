"""`nurture clock`, and what the other commands do and say while a store lies ahead of the machine's clock."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select

from console.app import call
from flows.work.shop.front import web_app
from flows.work.shop.settings import load_settings
from flows.work.shop.wire import open_shop
from leadstore import notes
from leadstore.rows import consent, outbox
from leadstore.store import open_store
from tests.builders import add_consent, add_lead

Seen = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
WRONG = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


@pytest.fixture
def ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> Path:
    """The shipped project as the current folder, with a lead who was mailed while the clock was wrong."""
    for name in ("nurture.yaml", "scoring.yaml", "catalog.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("sequences", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "mail" / "new").mkdir(parents=True)
    (tmp_path / "mail" / "cur").mkdir()
    for name, value in {"PROJECT": "", "COLUMNS": "200", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name if name != "PROJECT" else "NURTURE_PROJECT", value)
    monkeypatch.setenv("NURTURE_MAILBOX_URL", f"maildir://{tmp_path / 'mail'}")
    for name in ("WEB", "INBOX"):
        monkeypatch.setenv(f"NURTURE_{name}_PORT", "0")
    monkeypatch.chdir(tmp_path)
    assert call(["apply"]) == 0
    store = open_store(f"sqlite:///{tmp_path}/.nurture/store.db")
    with store.begin() as tx:
        notes.see_moment(tx, WRONG)
        lead_id, address_id = add_lead(tx)
        add_consent(tx, address_id, at=WRONG)
        row = {"kind": "touch", "lead_id": lead_id, "address_id": address_id, "step": "a", "state": "sent"}
        row |= {"due_at": WRONG, "first_due_at": WRONG, "created_at": WRONG, "slot_at": WRONG, "payload": {}}
        tx.execute(insert(outbox).values(**row, message_id="<1@x>"))
    store.close()
    capsys.readouterr()
    return tmp_path


@pytest.mark.parametrize("words", [["run", "--once"], ["mailbox"], ["up"]], ids=" ".join)
def test_what_mails_says_how_to_mend_it(ahead: Path, words: list[str], capsys: Seen) -> None:
    """It starts nothing, and names the command that shows and the one that mends."""
    assert call(words) == 2

    said = capsys.readouterr().err
    assert f"this store has already seen {WRONG:%Y-%m-%d}" in said
    assert "`nurture clock reset`" in said


async def test_a_lead_can_leave_all_the_same(ahead: Path) -> None:
    """The page opens whatever the clock, and the withdrawal stands."""
    async with open_shop(load_settings(), any_clock=True) as shop:
        link = shop.links.unsubscribe_url(1, 1)
        transport = httpx.ASGITransport(app=await web_app(shop))
        async with httpx.AsyncClient(transport=transport) as program:
            answer = await program.post(link, data={"List-Unsubscribe": "One-Click"})
        with shop.store.read() as tx:
            states = set(tx.scalars(select(consent.c.state)))

    assert (answer.status_code, states) == (200, {"withdrawn"})


def test_it_is_shown_and_nothing_is_changed(ahead: Path, capsys: Seen) -> None:
    """What lies ahead, in words; exit 1, as for any finding, and the same again."""
    assert call(["clock"]) == 1
    said = capsys.readouterr().out
    assert f"the store has seen            {WRONG:%Y-%m-%d}" in said
    assert "1  places under the caps, dated ahead" in said
    assert "nurture clock reset" in said

    assert call(["clock", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["rows"]["outbox.slot_at"] == 1


def test_it_is_brought_back(ahead: Path, capsys: Seen) -> None:
    """Afterwards the mailbox is read again, and nothing lies ahead."""
    assert call(["clock", "reset", "--yes"]) == 0
    assert "brought back" in capsys.readouterr().out

    assert call(["mailbox"]) == 0
    assert call(["clock"]) == 0
    assert call(["clock", "reset", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("clock\n")[2])["reset"] is False


def test_it_asks_first(ahead: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """Nobody there to answer: misuse; somebody says no: nothing happens; yes: it does."""
    assert call(["clock", "reset"]) == 2
    assert "--yes" in capsys.readouterr().err
    for answer, code in (("no", 1), ("yes", 0)):
        monkeypatch.setattr("sys.stdin", _Terminal(f"{answer}\n"))
        assert call(["clock", "reset"]) == code


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
