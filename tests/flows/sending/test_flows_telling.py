"""Notices, webhooks, calendar files and streams, end to end on both databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from leadstore.rows import enrolment
from leadstore.store import Store
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


@pytest.fixture
def crm() -> Iterator[tuple[str, list[dict[str, Any]], list[int]]]:
    """Another system on this machine: its URL, what it heard, and how it answers next."""
    heard: list[dict[str, Any]] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", heard, answers
    server.shutdown()
    server.server_close()
    thread.join()


def with_key(work: Workshop) -> None:
    work.shop.settings = work.shop.settings.model_copy(update={"webhook_key": SecretStr("k" * 20)})


async def test_a_team_is_told_once(work: Workshop) -> None:
    """The notice goes to the team with the lead's brief, once, however often the engine runs."""
    work.apply(files("- notify: seller/handoff\n  to: marketing\n  cause: came back\n- wait: 1 day"))
    work.happens(work.lead(first_name="Ada"), "form.submitted")

    first, second = await work.tick(), await work.tick(TUESDAY + HOUR)

    [mail] = work.mails()
    assert (first["mails"], second.get("mails", 0)) == (1, 0)
    assert (mail["To"], mail["Subject"]) == ("team@acme.example", "Ready: Ada")
    assert "came back" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


async def test_another_system_is_told(work: Workshop, crm: tuple[str, list[Any], list[int]]) -> None:
    """A webhook carries the lead and what the step says; a busy receiver is asked again."""
    url, heard, answers = crm
    answers.append(503)
    with_key(work)
    project = files("- webhook: crm\n  data: {hot: true}\n- wait: 1 day")
    project["nurture.yaml"] = project["nurture.yaml"].replace("https://crm.example/hook", url)
    types = "attributes: {interest: text, renewal_on: date, seats: number, paid: flag}"
    project["catalog.yaml"] = project["catalog.yaml"].replace("attributes: {interest: text}", types)
    work.apply(project)
    stored = {"renewal_on": "2027-03-01", "seats": "4", "paid": "no"}
    work.happens(work.lead(attributes=stored), "form.submitted")

    first, second = await work.tick(), await work.tick(TUESDAY + HOUR)

    assert (first["webhooks_later"], second["webhooks"]) == (1, 1)
    assert heard[1]["data"]["lead"]["email"] == "ada@leads.example"
    told = {name: heard[1]["data"]["lead"][name] for name in stored}
    assert told == {"renewal_on": "2027-03-01", "seats": 4, "paid": False}
    assert heard[1]["data"]["values"] == {"hot": True}
    assert [(row.kind, row.state, row.attempt) for row in work.rows()] == [("webhook", "sent", 2)]


async def test_without_a_key_calls_wait(work: Workshop) -> None:
    """Nothing unsigned leaves, and nothing is lost."""
    work.apply(files("- webhook: crm\n- wait: 1 day"))
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    assert [(row.kind, row.state) for row in work.rows()] == [("webhook", "planned")]


async def test_a_webhook_that_the_policy_forgot(work: Workshop) -> None:
    """A call whose webhook was taken out of the policy fails, and is listed."""
    project = files("- webhook: crm\n- wait: 1 day")
    work.apply(project)
    work.happens(work.lead(), "form.submitted")
    await work.tick()
    with_key(work)
    policy = project["nurture.yaml"].replace('webhooks: {crm: "https://crm.example/hook"}\n', "")
    work.apply(
        {**project, "nurture.yaml": policy, "sequences/s.yaml": files("- send: hello")["sequences/s.yaml"]}
    )

    counts = await work.tick(TUESDAY + HOUR)

    assert (counts["webhooks_failed"], [row.state for row in work.rows()]) == (1, ["failed"])


async def test_a_calendar_file_goes_with_the_mail(work: Workshop) -> None:
    """The confirmation carries the webinar, and its words know it."""
    work.apply(files("- send: live\n  ics: webinar", "webinar: live\n"))
    work.happens(work.lead(), "form.submitted")

    await work.tick()

    [mail] = work.mails()
    [file] = mail.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert mail.get_body(("plain",)).get_content().startswith("Live")  # type: ignore[union-attr]  # it has one


STREAM = "enter: {when: true}\nstream:\n- guide: guide\n- sheet: sheet\ncast: wed 12:00\n"


async def test_a_stream_sends_one_asset_a_cast(work: Workshop) -> None:
    """Each cast brings the next asset; then the counts say that it is dry, until new content comes."""
    work.apply(files("", STREAM))
    work.lead()
    weeks = [TUESDAY + n * 7 * DAY for n in range(4)]

    for at in weeks[:3]:
        await work.tick(at)
        await work.tick(at + DAY)
    dry = await work.tick(weeks[3] + DAY)
    more = STREAM.replace("cast:", "- third: hello\ncast:")
    project = files("", more)
    project["catalog.yaml"] = project["catalog.yaml"].replace(
        "  sheet: {", "  third: {title: Third, url: https://acme.example/t}\n  sheet: {"
    )
    work.apply(project)
    for at in (weeks[3] + 2 * DAY, weeks[3] + 8 * DAY, weeks[3] + 9 * DAY):  # past the 14th of July
        await work.tick(at)

    assert work.subjects() == ["Guide", "Sheet", "Hello"]
    assert dry["held"] == {"content_out": 1}
    assert [(row.step, row.occurrence) for row in work.rows()] == [("cast", 1), ("cast", 2), ("cast", 3)]


async def test_who_was_cast_today_is_not_cast_again_after_a_move(work: Workshop) -> None:
    """A second tick on the day of a cast finds nothing to send."""
    work.apply(files("", STREAM))
    work.lead()
    await work.tick(TUESDAY)
    await work.tick(TUESDAY + DAY)

    again = await work.tick(TUESDAY + DAY + timedelta(hours=5))

    assert again == {}
    assert [e.state for e in work.rows(enrolment)] == ["active"]
