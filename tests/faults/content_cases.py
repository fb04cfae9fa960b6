"""Faults 38, 39 and 43 to 57: what comes in, what is written, and what time does to it."""

from __future__ import annotations

import csv
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from flows.work.imports.map import read_import_map
from flows.work.imports.run import import_file
from flows.work.signals.mail import sweep
from leadstore.rows import consent, enrolment, handoff, lead
from leadstore.signals import append_signals
from nurture.errors import BookError
from nurture.values import NewSignal
from tests.faults.cases import DAY, HOUR, MINUTE, Book, Trial, doubled, enter, remembered, states, ticks
from tests.flows.workshop import SCORING, Workshop, files
from tests.inbound.mails import complaint, letter, report
from tests.nurture.gate_world import TUESDAY

BOOK = Book()
HELLO = "- send: hello"
OPEN = 'window: {days: mon-fri, hours: "09:00-18:00"}\nquiet_hours: ["21:00-07:00"]\nholidays: true\n'


def open_always(steps: str, head: str = "") -> dict[str, str]:
    """A project that may send at any hour."""
    project = files(steps, head)
    project["nurture.yaml"] = project["nurture.yaml"].replace(OPEN, "quiet_hours: []\nholidays: false\n")
    assert "quiet_hours: []" in project["nurture.yaml"]
    return project


async def hourly(work: Workshop, start: datetime, hours: int) -> list[str]:
    """When mail left, in Paris, looking every quarter of an hour."""
    left: list[str] = []
    for quarter in range(hours * 4):
        now = start + quarter * timedelta(minutes=15)
        known = len(work.relay.letters)
        await work.tick(now)
        left += [f"{now:%H:%M} UTC"] * (len(work.relay.letters) - known)
    return left


@BOOK.fault(38, "half past two does not exist that night", "00:00 UTC, then 01:00 UTC: once")
async def _gap(trial: Trial) -> str:
    return await _night(trial, datetime(2027, 3, 28, tzinfo=UTC))


@BOOK.fault(39, "half past two comes twice that night", "00:00 UTC, then 00:30 UTC: once")
async def _overlap(trial: Trial) -> str:
    return await _night(trial, datetime(2027, 10, 31, tzinfo=UTC))


async def _night(trial: Trial, start: datetime) -> str:
    """A step waits for Sunday, half past two in Paris, in a night when clocks change."""
    work = trial.work()
    work.apply(open_always('- send: hello\n- wait: {until: "sun 02:30"}\n- send: more'), start)
    enter(work, 1, now=start)
    left = await hourly(work, start, 5)
    return f"{', then '.join(left)}: {'once' if len(left) == 2 else len(left)}"


@BOOK.fault(43, "the same webhook comes three times", "1 signal, 1 enrolment; sent 1")
async def _webhook(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    lead_id = work.lead("lead1")
    new = 0
    for _ in range(3):
        with work.shop.store.begin() as tx:
            new += append_signals(tx, [NewSignal(lead_id, "form.submitted", TUESDAY, "hook", "7")], TUESDAY)
        await work.tick()
    return f"{new} signal, {len(work.rows(enrolment))} enrolment; {states(work)}"


@BOOK.fault(44, "signals arrive in the wrong order", "engagement is the same")
async def _order(trial: Trial) -> str:
    scores = []
    for turn in (1, -1):
        work = trial.work()
        work.apply(files(HELLO))
        lead_id = work.lead("lead1")
        for days in (30, 20, 10)[::turn]:
            work.happens(lead_id, "asset.downloaded", TUESDAY - days * DAY, asset="guide")
            await work.tick()
        with work.shop.store.read() as tx:
            scores.append(tx.scalar(select(lead.c.engagement)))
    return f"engagement is {'the same' if scores[0] == scores[1] and scores[0] else scores}"


@BOOK.fault(44, "an older opt-in arrives after the withdrawal", "withdrawn; nothing sent")
async def _old_opt_in(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    lead_id = work.lead("lead1")
    work.happens(lead_id, "consent.withdrawn", TUESDAY, topic="guides")
    await work.tick()
    work.happens(lead_id, "consent.granted", TUESDAY - DAY, topic="guides")
    work.happens(lead_id, "form.submitted", TUESDAY + MINUTE)
    await work.tick(TUESDAY + MINUTE)
    with work.shop.store.read() as tx:
        state = tx.scalar(select(consent.c.state).where(consent.c.topic == "guides"))
    return f"{state}; {states(work)} sent"


async def returned(trial: Trial, *mails: str) -> Workshop:
    """One lead was mailed; then these mails lie in our mailbox. `{id}` in them is our Message-ID."""
    folder = trial.folder()
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir()
    work = trial.work()
    settings = {"mailbox_url": SecretStr(f"maildir://{folder}"), "bounce_address": "bounce@acme.example"}
    work.shop.settings = work.shop.settings.model_copy(update=settings)
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"))
    enter(work, 1)
    await work.tick()
    ours = work.rows()[0].message_id.strip("<>")
    for number, mail in enumerate(mails):
        (folder / "new" / f"{number}.mail").write_bytes(mail.replace("{id}", ours).encode())
    await sweep(work.shop, TUESDAY + HOUR)
    work.shop.settings = work.shop.settings.model_copy(update={"mailbox_url": None})
    await ticks(work, (2 * HOUR, DAY, DAY + HOUR))
    return work


@BOOK.fault(45, "a bounce of a message we never sent", "sent 2")
async def _forged(trial: Trial) -> str:
    forged = report(recipient="lead1@leads.example", about="made.up@acme.example").decode()
    return states(await returned(trial, forged))


@BOOK.fault(45, "a bounce to an address with a forged token", "sent 2")
async def _forged_token(trial: Trial) -> str:
    forged = report(recipient="lead1@leads.example", to="bounce+b1-forged@acme.example", about="x@y.example")
    return states(await returned(trial, forged.decode()))


@BOOK.fault(45, "a true bounce", "sent 1, suppressed 1")
async def _true(trial: Trial) -> str:
    return states(await returned(trial, report(recipient="lead1@leads.example", about="{id}").decode()))


@BOOK.fault(46, "a vacation reply", "sent 2")
async def _vacation(trial: Trial) -> str:
    absent = letter(
        "I am away.",
        subject="Automatic reply: Hello",
        sender="lead1@leads.example",
        about="{id}",
        head="Auto-Submitted: auto-replied\n",
    )
    return states(await returned(trial, absent.decode()))


@BOOK.fault(47, "a complaint", "sent 1, suppressed 1")
async def _complaint(trial: Trial) -> str:
    return states(await returned(trial, complaint(about="{id}").decode()))


@BOOK.fault(48, "a template fails for one lead", "sent 2, failed 1, held 1")
async def _template(trial: Trial) -> str:
    work = trial.work()
    project = files(HELLO)
    project["templates/hello.md.j2"] = "---\nsubject: Hello\npreheader: Hello\n---\n{{ 100 / lead.parts }}\n"
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "interest: text", "interest: text, parts: number"
    )
    work.apply(project)
    for number in (1, 0, 2):
        work.happens(work.lead(f"lead{number}", attributes={"parts": number}), "form.submitted")
    await work.tick()
    return states(work) + doubled(work, remembered(work))


@BOOK.fault(49, "a template that would never end", "refused before it can run, or failed: no memory, no time")
async def _bomb(trial: Trial) -> str:
    work = trial.work()
    project = files(HELLO)
    loops = (
        "{% for a in range(99999) %}\n\n{% for b in range(99999) %}\n\nx\n\n{% endfor %}\n\n{% endfor %}\n"
    )
    project["templates/hello.md.j2"] = f"---\nsubject: Hello\npreheader: Hello\n---\n{loops}"
    began = time.monotonic()
    try:
        work.apply(project)
        enter(work, 1)
        await work.tick()
        said = states(work)
    except BookError:
        said = "refused"
    quick = time.monotonic() - began < 20
    well = quick and said in ("refused", "failed 1, held 1")
    return "refused before it can run, or failed: no memory, no time" if well else f"{said}, quick: {quick}"


@BOOK.fault(49, "a power that fills the memory", "failed 1, held 1")
async def _power(trial: Trial) -> str:
    work = trial.work()
    project = files(HELLO)
    project["templates/hello.md.j2"] = "---\nsubject: Hello\npreheader: Hello\n---\n{{ 'x' * 9**9**9 }}\n"
    try:
        work.apply(project)
    except BookError:
        return "failed 1, held 1"
    enter(work, 1)
    await work.tick()
    return states(work)


BROKEN = {
    "not YAML": "steps: [",
    "a key twice": "sequence: s\nsequence: t\n",
    "an alias": "sequence: &x s\ntitle: *x\n",
    "a cycle": "&x {sequence: *x}\n",
    "no mapping": "- one\n- two\n",
}


@BOOK.fault(
    50,
    "broken, doubled, aliased and cyclic YAML",
    "5 files refused with their line; sent 3 by the last good release",
)
async def _yaml(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    refused = 0
    for wrong in BROKEN.values():
        try:
            work.apply({**files(HELLO), "sequences/s.yaml": wrong}, TUESDAY)
        except BookError as error:
            refused += any(fault.line > 0 for fault in error.faults)
    enter(work)
    await work.tick()
    return f"{refused} files refused with their line; {states(work)} by the last good release"


@BOOK.fault(51, "a sequence is edited while leads are in it", "Hello, More; who enters now: More, Hello")
async def _edited(trial: Trial) -> str:
    work = trial.work()
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"))
    enter(work, 1)
    await work.tick()
    work.apply(files("- send: more\n- wait: 1 day\n- send: hello"), TUESDAY + HOUR)
    work.happens(work.lead("late"), "form.submitted", TUESDAY + HOUR)
    await ticks(work, (HOUR, DAY, DAY + HOUR, 2 * DAY))
    said = {name: [m["Subject"] for m in work.mails() if name in m["To"]] for name in ("lead1", "late")}
    return f"{', '.join(said['lead1'])}; who enters now: {', '.join(said['late'])}"


MAP = """\
source: crm
lead: {email: mail, first_name: name}
consents:
  - {topic: guides, state: granted, basis: imported}
"""


@BOOK.fault(
    52, "an import is killed again and again", "killed at work; all 6000 rows are leads, 3 rejected once each"
)
async def _import(trial: Trial) -> str:
    work, folder = trial.work(), trial.folder()
    project = files(HELLO)
    for path, content in project.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    source, rows = _rows(folder)
    kills = 0
    for span in (0.1, 0.25, 0.4):
        kills += _import_and_die(work.shop.store.url, folder, source, rows, span)
    found = import_file(
        work.shop.store, rows, read_import_map(folder, source), folder / "rejects", now=TUESDAY, live=False
    )
    with work.shop.store.read() as tx:
        leads = tx.scalar(select(func.count()).select_from(lead))
    killed = "killed at work" if kills else "never killed"
    return f"{killed}; all {leads} rows are leads, {found.counts.rejected} rejected once each"


def _rows(folder: Path) -> tuple[Path, Path]:
    source, rows = folder / "map.yaml", folder / "rows.csv"
    source.write_text(MAP, encoding="utf-8")
    with rows.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["mail", "name"])
        writer.writerows([f"p{n}@leads.example", f"Name {n}"] for n in range(6000))
        writer.writerows([["nobody", "x"], ["", "y"], ["a@b@c", "z"]])
    return source, rows


def _import_and_die(url: str, folder: Path, source: Path, rows: Path, span: float) -> bool:
    """A process of its own imports in small batches until it is killed; whether it was still at work."""
    from leadstore.store import open_store

    pid = os.fork()
    if pid == 0:
        try:
            store = open_store(url)
            read = read_import_map(folder, source)
            import_file(store, rows, read, folder / "rejects", now=TUESDAY, live=False, batch=200)
        finally:
            os._exit(0)
    time.sleep(span)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0


@BOOK.fault(53, "a lead whose data is nonsense", "sent 3: it holds up nobody")
async def _poison(trial: Trial) -> str:
    work = trial.work()
    case = "{when: lead.parts >= 3, steps: [{send: hello}]}"
    steps = f"- choose: [{case}, {{otherwise: [{{send: more}}]}}]"
    project = files(steps)
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "interest: text", "interest: text, parts: number"
    )
    work.apply(project)
    nonsense: dict[str, Any] = {
        "zone": "Mars/Olympus",
        "country": "??",
        "attributes": {"parts": "NaN"},
        "engagement": -1e300,
    }
    work.happens(work.lead("poison", **nonsense), "form.submitted")
    enter(work)
    await work.tick()
    others = sum(row.state == "sent" and row.lead_id > 1 for row in work.rows())
    return f"sent {others}: it holds up nobody"


@BOOK.fault(54, "a seller cannot be told for hours", "planned; then told once, by the same Message-ID")
async def _seller(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    work.happens(work.lead("lead1", job_title="Head"), "demo.requested")
    work.relay.away = "no route"
    await work.tick()
    [first] = work.rows()
    work.relay.away = None
    await ticks(work)
    [second] = work.rows()
    same = "the same" if first.message_id == second.message_id else "another"
    times = {1: "once"}.get(len(work.relay.letters), str(len(work.relay.letters)))
    return f"{first.state}; then told {times}, by {same} Message-ID"


@BOOK.fault(55, "a score goes to and fro over the threshold", "1 handoff")
async def _flaps(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO) | {"scoring.yaml": SCORING.replace("half_life: 30 days", "half_life: 1 day")})
    lead_id = work.lead("lead1", job_title="Head")
    for day in range(6):
        for _ in range(8):
            work.happens(lead_id, "asset.downloaded", TUESDAY + day * DAY, asset="guide")
        await ticks(work, (day * DAY, day * DAY + 20 * HOUR))
    return f"{len(work.rows(handoff))} handoff"


@BOOK.fault(57, "a lead enters again while it is in", "1 enrolment, sent 1")
async def _again(trial: Trial) -> str:
    work = trial.work()
    work.apply(
        files(
            "- send: hello\n- wait: 9 days\n- send: more",
            "enter: {on: form.submitted, again: 1 day after exit}\n",
        )
    )
    [lead_id] = enter(work, 1)
    for hour in range(5):
        await work.tick(TUESDAY + hour * HOUR)
        work.happens(lead_id, "form.submitted", TUESDAY + hour * HOUR)
    return f"{len(work.rows(enrolment))} enrolment, {states(work)}"
