"""The demo: invented leads behave the same for the same seed, and every promise holds at the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from console.app import call
from console.demo import table
from console.demo.table import Shown, closing, example, totals
from flows.work.counts import added
from flows.work.demo.acts import LEAVES, DemoMail
from flows.work.demo.answers import Model
from flows.work.demo.folder import fresh_folder, most_leads, takes_leads
from flows.work.demo.hours import MOST_TICKS, first_monday, moments
from flows.work.demo.mailbox import read_mail
from flows.work.demo.proof import broken_promises, unwanted
from flows.work.demo.system import demonstration, press_unsubscribe
from flows.work.demo.weeks import Played, bring_in, play
from flows.work.handoffs.notify import hand_off
from flows.work.imports.run import ImportCounts, ImportReport
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance
from flows.work.sending.webhooks import call_others
from flows.work.shop.wire import Shop
from flows.work.signals.intake import intake
from leadstore.audit import Spoken
from leadstore.store import Store, open_store
from nurture.errors import LockHeld, NurtureError, ProjectError
from nurture.project.book import read_book
from nurture.project.catalog import Catalog
from nurture.spans import parse_cap
from outbound.message.build import build_message

ROOT = Path(__file__).parents[3]
INVENTED = ROOT / "examples" / "demo"
MONDAY = datetime(2027, 1, 11, tzinfo=UTC)
TUESDAY = datetime(2027, 1, 12, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)
GUIDE = "https://www.verrou.example/guides/who-still-has-the-keys"


@dataclass(frozen=True)
class Ended:
    """A small demo that came to its end."""

    folder: Path
    report: ImportReport
    played: Played
    mails: tuple[DemoMail, ...]
    ticks: tuple[int, ...]


async def _plain_round(shop: Shop, now: datetime) -> dict[str, Any]:
    """What the flows conduct, without Prefect around it."""
    scored, taken = await rescore(shop, now), await intake(shop, now)
    not_enrolled = taken.pop("refused")
    return added(
        scored,
        taken,
        {"not_enrolled": not_enrolled},
        await advance(shop, now),
        await hand_off(shop, now),
        await call_others(shop, now),
    )


async def _small_demo(folder: Path, seed: int) -> Ended:
    ticks: list[int] = []
    with fresh_folder(folder, ROOT, INVENTED, 60) as settings:
        async with demonstration(settings, weeks=2, seed=seed) as show:
            report = await bring_in(show.shop, show.world, show.end)
            played = await play(
                show.shop,
                show.book,
                show.world,
                show.moments,
                conduct=_plain_round,
                leave=press_unsubscribe,
                on_tick=lambda number, moment, counts: ticks.append(number),
            )
            return Ended(folder, report, played, tuple(show.world.mailbox.mails), tuple(ticks))


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A demo of sixty rows and two weeks, over real SMTP and the real web app."""
    return asyncio.run(_small_demo(tmp_path_factory.mktemp("project") / ".nurture" / "demo", seed=1))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The catalogue that ships."""
    names = ("nurture.yaml", "scoring.yaml", "catalog.yaml")
    book, _ = read_book({name: (ROOT / name).read_text(encoding="utf-8") for name in names})
    assert book is not None
    return book.catalog


def _model(catalog: Catalog, seed: int = 1) -> Model:
    return Model(seed, catalog, "https://www.verrou.example")


def _mail(**changes: Any) -> DemoMail:
    mail = DemoMail(
        recipient="ann@alder-labs.example",
        subject="Your guide",
        sent_at=TUESDAY,
        message_id="<one@verrou.example>",
        links=(GUIDE,),
        leave_url="http://127.0.0.1:1/u/token",
        about="",
        html="<p>Hello</p>",
        path=Path("new/one"),
    )
    return replace(mail, **changes)


def _to_many(count: int = 200) -> list[DemoMail]:
    return [_mail(recipient=f"lead{n}@alder-labs.example") for n in range(count)]


def test_every_promise_holds_at_the_end(ended: Ended) -> None:
    """Inbox, store and flows agree; nobody who left was mailed; no cap was exceeded."""
    assert ended.played.broken == ()


def test_the_inbox_holds_what_was_counted(ended: Ended) -> None:
    """Each message that the flows say they sent lies there, and no other."""
    counts = ended.played.counts

    assert len(ended.mails) == counts["sent"] + counts["mails"] > 0


def test_the_story_has_all_its_turns(ended: Ended) -> None:
    """Leads are imported, enrolled in four sequences, held back and handed to sales."""
    tally = ended.played.tally

    assert set(tally.by_sequence) == {"case-study", "webinar-invite", "webinar-registered", "white-paper"}
    assert {"window", "cap"} <= set(tally.held)
    assert tally.handed_off > 0
    assert ended.report.counts.rejected == 1


def test_each_tick_is_told(ended: Ended) -> None:
    """The bar moves once a tick."""
    assert ended.ticks == tuple(range(1, 17))


def test_the_same_seed_tells_the_same_story(ended: Ended, tmp_path: Path) -> None:
    """Nothing depends on which mail was quicker, nor on the store's own name."""
    again = asyncio.run(_small_demo(tmp_path / "demo", seed=1))

    assert again.played == ended.played
    assert [(m.sent_at, m.recipient, m.subject) for m in again.mails] == [
        (m.sent_at, m.recipient, m.subject) for m in ended.mails
    ]


def test_an_answer_depends_on_the_mail_and_the_seed_alone(catalog: Catalog) -> None:
    """Whoever else was asked before, and however often, the answer is the same."""
    one, other = _model(catalog), _model(catalog)
    backwards = {mail.recipient: other.answer(mail, 1) for mail in reversed(_to_many())}

    assert [one.answer(mail, 1) for mail in _to_many()] == [backwards[m.recipient] for m in _to_many()]


def test_another_seed_tells_another_story(catalog: Catalog) -> None:
    """The seed is what the behaviour is drawn from."""
    first = [_model(catalog, 1).answer(mail, 1) for mail in _to_many()]

    assert first != [_model(catalog, 2).answer(mail, 1) for mail in _to_many()]


def test_service_mail_cannot_be_left(catalog: Catalog) -> None:
    """It has no way out, so nobody takes it."""
    model = _model(catalog)
    acts = [act for mail in _to_many(400) for act in model.answer(replace(mail, leave_url=None), 9)]

    assert [act for act in acts if act.type == LEAVES] == []


def test_some_leads_leave_some_read_and_machines_click(catalog: Catalog) -> None:
    """All that the engine must cope with happens."""
    model = _model(catalog)
    mails = [_mail(recipient=f"lead{n}@firm{n}.example") for n in range(600)]
    acts = [act for mail in mails for act in model.answer(mail, 1)]

    assert {LEAVES, "mail.clicked", "asset.downloaded"} <= {str(act.type) for act in acts}
    assert any(act.machine for act in acts)
    assert all(act.at > TUESDAY for act in acts)


@pytest.mark.parametrize("weeks", [1, 2, 6, 8, 15, 30])
def test_the_clock_stops_sixty_times_at_most(weeks: int) -> None:
    """However many weeks pass, and always forward."""
    stops = moments(MONDAY, weeks)

    assert 0 < len(stops) <= MOST_TICKS
    assert stops == sorted(set(stops))
    assert stops[-1] > MONDAY + timedelta(weeks=weeks - 1)


def test_the_webinar_takes_place_in_the_last_week(catalog: Catalog) -> None:
    """So that it is ahead while leads are invited, and over when the demo ends."""
    monday = first_monday(catalog, 6)
    starts_at = catalog.webinars["live-review"].starts_at

    assert monday.weekday() == 0
    assert monday + timedelta(weeks=5) <= starts_at < monday + timedelta(weeks=6)


def test_a_catalogue_without_webinars_has_a_first_monday_too() -> None:
    """The demo begins on a fixed day then."""
    assert first_monday(Catalog(), 6).weekday() == 0


def test_the_folder_is_begun_anew_and_names_its_own_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment says, a demo reaches neither a real store nor a real relay."""
    monkeypatch.setenv("NURTURE_SMTP_URL", "smtp://relay.example:25")
    monkeypatch.setenv("NURTURE_PUBLIC_URL", "https://mail.example")
    monkeypatch.setenv("NURTURE_DATABASE_URL", "postgresql://somewhere/real")
    monkeypatch.setenv("NURTURE_MAILBOX_URL", "imaps://ann@imap.example")
    monkeypatch.setenv("NURTURE_BOUNCE_ADDRESS", "bounces@mail.example")
    monkeypatch.setenv("NURTURE_WEBHOOK_KEY", "whsec_real")
    folder = tmp_path / "demo"
    with fresh_folder(folder, ROOT, INVENTED, 5) as first:
        (folder / "left.txt").write_text("old")
    with fresh_folder(folder, ROOT, INVENTED, 5) as second:
        assert second.local_relay
        assert (second.mailbox_url, second.webhook_key, second.bounce_address) == (None, None, "")
        assert second.database_url == f"sqlite:///{folder}/.nurture/store.db"
        assert second.secret_keys != first.secret_keys
        assert not (folder / "left.txt").exists()
        assert len((folder / "leads.csv").read_text(encoding="utf-8").splitlines()) == 6


@pytest.mark.parametrize(
    ("old", "new", "takes"),
    [
        ("guides:", "guides:", True),
        ("employees: number", "staff: number", False),
        ("topics:", "topics: [", True),  # broken: its faults are told, and nothing else is shown instead
    ],
)
def test_a_project_that_the_invented_leads_do_not_fit(
    tmp_path: Path, old: str, new: str, takes: bool
) -> None:
    """One's own topics and attributes are seldom theirs; the demo then shows the shipped project."""
    bare = re.sub(r"(?ms)^segments:.*", "", (ROOT / "catalog.yaml").read_text(encoding="utf-8"))
    (tmp_path / "catalog.yaml").write_text(bare.replace(old, new), encoding="utf-8")
    (tmp_path / "nurture.yaml").write_text((ROOT / "nurture.yaml").read_text(encoding="utf-8"))
    (tmp_path / "scoring.yaml").write_text("fit: []\n")

    assert takes_leads(tmp_path, INVENTED) is takes


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second says that the first runs."""
    with (
        fresh_folder(tmp_path / "demo", ROOT, INVENTED, 5),
        pytest.raises(LockHeld, match="another demo runs"),
        fresh_folder(tmp_path / "demo", ROOT, INVENTED, 5),
    ):
        pass


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    """Nothing of somebody else's is removed."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(ProjectError, match="no demo"), fresh_folder(folder, ROOT, INVENTED, 5):
        pass
    assert (folder / "thesis.txt").exists()


def test_leads_that_do_not_ship_are_said_to_be_missing(tmp_path: Path) -> None:
    """A broken installation is named."""
    with pytest.raises(NurtureError, match="leads are missing"):
        most_leads(tmp_path)


def test_more_leads_than_ship_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The command says how many there are."""
    code = call(["demo", "--leads", "9999", "--project", str(ROOT)])

    assert code == 2
    assert "300 ship with Nurture" in capsys.readouterr().err


def test_a_wrong_way_out_is_told() -> None:
    """An unsubscribe that was not done stops the demo."""
    with pytest.raises(OSError):
        asyncio.run(press_unsubscribe("http://127.0.0.1:9/u/none"))


@pytest.fixture
def bare_store(sqlite_url: str) -> Iterator[Store]:
    """A store in which nothing was ever sent."""
    store = open_store(sqlite_url)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("mails", "counted", "said"),
    [
        pytest.param([], 1, "the inbox holds 0 messages, the flows counted 1", id="lost"),
        pytest.param([_mail()], 1, "1 messages in the inbox are not sent in the store", id="unknown"),
        pytest.param([_mail(), _mail()], 2, "1 Message-IDs are in the inbox more than once", id="twice"),
        pytest.param(
            [_mail(), _mail(sent_at=TUESDAY + DAY / 2)],
            2,
            "1 addresses got more than 1 messages within 1 day, 0:00:00",
            id="cap",
        ),
    ],
)
def test_a_broken_promise_is_told(bare_store: Store, mails: list[DemoMail], counted: int, said: str) -> None:
    """What lies in the inbox is held against the rows."""
    assert said in broken_promises(bare_store, mails, [parse_cap("1 per 1 day")], counted)


def test_a_service_mail_takes_no_slot(bare_store: Store) -> None:
    """What was asked for may come on top."""
    mails = [_mail(), _mail(sent_at=TUESDAY + DAY / 2, leave_url=None)]

    assert not [
        said for said in broken_promises(bare_store, mails, [parse_cap("1 per 1 day")], 2) if "got" in said
    ]


def _row(**changes: Any) -> Spoken:
    row = Spoken("<one@v.example>", "touch", "ann@a.example", "guides", "marketing", "sent", TUESDAY, "")
    return replace(row, **changes)


@pytest.mark.parametrize(
    ("row", "suppressed", "withdrawn", "count"),
    [
        pytest.param(_row(), {"ann@a.example": MONDAY}, {}, 1, id="suppressed before"),
        pytest.param(_row(), {"ann@a.example": TUESDAY + DAY}, {}, 0, id="suppressed after"),
        pytest.param(_row(), {}, {("ann@a.example", "*"): MONDAY}, 1, id="withdrew from all before"),
        pytest.param(_row(), {}, {("ann@a.example", "guides"): MONDAY}, 1, id="withdrew from the topic"),
        pytest.param(_row(), {}, {("ann@a.example", "webinars"): MONDAY}, 0, id="withdrew from another"),
        pytest.param(_row(purpose="service"), {}, {("ann@a.example", "*"): MONDAY}, 0, id="asked for it"),
        pytest.param(_row(kind="seller"), {"ann@a.example": MONDAY}, {}, 0, id="a seller's"),
    ],
)
def test_a_mail_against_a_lead_s_will_is_told(
    row: Spoken, suppressed: dict[str, datetime], withdrawn: dict[tuple[str, str], datetime], count: int
) -> None:
    """Nothing starts after a suppression, and no marketing after a withdrawal."""
    assert len(list(unwanted([row], suppressed, withdrawn))) == count


def test_the_totals_are_one_object(ended: Ended) -> None:
    """Machines read what people see."""
    found = totals(ended.report, ended.played, example(ended.mails, ended.folder), seconds=1.0)

    assert found["leads"] == 59
    assert found["in_inbox"] == found["sent"] + found["seller_mails"]
    assert found["broken"] == []
    assert (ended.folder / "example.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_demo_without_mail_has_no_example(tmp_path: Path) -> None:
    """The table then leaves it out."""
    assert example([], tmp_path) == {}


@pytest.mark.parametrize("stays", [True, False])
def test_the_closing_table_says_where_to_look(
    ended: Ended, stays: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the Prefect UI, the inbox, one mail and one lead's story."""
    found = totals(ended.report, ended.played, example(ended.mails, ended.folder), seconds=1.0)
    state = ended.folder / ".nurture"
    places = {
        "prefect": "http://127.0.0.1:4200",
        "prefect_home": str(state / "prefect"),
        "inbox": str(state / "inbox"),
    }
    closing(found, places, stays=stays, ours=True)
    said = capsys.readouterr().out

    assert "every promise held" in said
    assert "http://127.0.0.1:4200/runs" in said
    assert "why " in said
    assert ("PREFECT_HOME" in said) is not stays


def test_without_a_terminal_each_week_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress is linear there, and goes to stderr."""
    with Shown(5, 2) as shown:
        shown.importing(1, 1, _counts())
        shown.imported(_counts())
        shown.ticked(1, TUESDAY, {"sent": 3})
        shown.ticked(2, TUESDAY + 7 * DAY, {"sent": 2})
    said = capsys.readouterr()

    assert said.out == ""
    assert said.err.splitlines() == [
        "imported 5 leads of 5 rows",
        "to Tue 12 Jan 2027: sent 3",
        "to Tue 19 Jan 2027: sent 2",
    ]


def test_on_a_terminal_bars_move(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One for the import, one for the ticks."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(table, "Console", lambda **kind: Console(**kind, force_terminal=True, width=100))
    with Shown(5, 2) as shown:
        shown.importing(1, 1, _counts())
        shown.imported(_counts())
        shown.ticked(1, TUESDAY, {"sent": 3})
    said = capsys.readouterr().err

    assert "5/5" in said
    assert "Tue 12 Jan 10:20" in said


def _counts() -> ImportCounts:
    return ImportCounts(read=5, saved=5)


@pytest.mark.parametrize(
    ("automatic", "about", "leave"),
    [(True, "ann@a.example", None), (False, "ann@a.example", "https://v.example/u/1")],
    ids=["a notice", "a mail that counts"],
)
def test_a_mail_tells_whom_it_is_about(
    tmp_path: Path, automatic: bool, about: str, leave: str | None
) -> None:
    """A seller finds the lead by the button, and only what nobody asked for counts for caps."""
    mail = build_message(
        sender=("V", "hello@v.example"),
        recipient="tom@v.example",
        subject="Ready",
        html='<p><a class="b" href="mailto:Ann@a.example?subject=x">Write to Ann</a></p>',
        text="Write to Ann",
        message_id="<1@v.example>",
        date=TUESDAY,
        unsubscribe_url="https://v.example/u/1",
        automatic=automatic,
    )
    (tmp_path / "1").write_bytes(b"Delivered-To: tom@v.example\r\n" + mail)

    found = read_mail(tmp_path / "1")

    assert (found.about, found.leave_url, found.marketing) == (about, leave, leave is not None)
