"""Sequence files are compiled to linked steps, or refused with every fault in its place."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from nurture.files.diagnosis import Fault
from nurture.files.source import Node, load_yaml
from nurture.project.catalog import Catalog, read_catalog
from nurture.sequences.grammar import read_sequence
from nurture.sequences.steps import (
    Again,
    ChooseStep,
    EndStep,
    Exit,
    Goal,
    HandoffStep,
    SendStep,
    Sequence,
    SetStep,
    SplitStep,
    WaitForStep,
    WaitStep,
)
from nurture.timing import Cap, Window

CATALOG = """
topics: {guides: {title: Guides}}
assets: {guide: {title: Guide, url: "https://example.com/guide"}}
webinars: {live: {title: Live, starts_at: 2027-03-02T15:00Z}}
attributes: {interest: text, employees: number, vip: flag, tools: list, renewal_on: date}
segments: {warm: lead.engagement >= 40}
"""
HEAD = "sequence: x\ntitle: X\nfunnel: tofu\ntopic: guides\n"
NO_DAY = "`funday` is not a day; write one of mon, tue, wed, thu, fri, sat, sun, or `mon-fri`"
NO_WINDOW = 'a window is `{days: mon-fri, hours: "09:00-17:30"}`'
ENTER = "enter: {on: form.submitted}\n"


def tree(text: str) -> Node:
    node, faults = load_yaml("sequences/x.yaml", text)
    assert faults == []
    assert node is not None
    return node


def catalog() -> Catalog:
    read, faults = read_catalog(tree(CATALOG), "catalog.yaml")
    assert faults == []
    assert read is not None
    return read


def good(text: str) -> Sequence:
    sequence, faults = read_sequence(tree(text), "sequences/x.yaml", catalog())
    assert faults == []
    assert sequence is not None
    return sequence


def steps(text: str) -> Sequence:
    return good(f"{HEAD}{ENTER}steps:\n{text}")


def faults_of(text: str) -> list[Fault]:
    sequence, faults = read_sequence(tree(text), "sequences/x.yaml", catalog())
    assert sequence is None
    return faults


def told(faults: list[Fault]) -> list[tuple[str, int, int, str]]:
    return [(fault.code, fault.line, fault.column, fault.message) for fault in faults]


def step_faults(text: str) -> list[tuple[str, int, int, str]]:
    return [
        (code, line - 6, column, message)
        for code, line, column, message in told(faults_of(f"{HEAD}{ENTER}steps:\n{text}"))
    ]


def test_the_head_is_read() -> None:
    """Everything the head may say arrives in the sequence."""
    sequence = good(
        "sequence: x\ntitle: A title\nfunnel: bofu\ntopic: guides\npriority: 70\n"
        "enter: {on: webinar.attended, when: lead.fit >= 20, again: per signal.webinar}\n"
        "exit:\n- when: lead.vip\n- {on: deal.lost, when: signal.reason == 'price'}\n"
        "goal: demo.requested\nwindow: {days: mon, hours: '09:00-10:00'}\ncaps: [1 per day]\n"
        "steps: [send: a/b]"
    )

    assert (sequence.name, sequence.title, sequence.funnel, sequence.topic) == (
        "x",
        "A title",
        "bofu",
        "guides",
    )
    assert (sequence.priority, sequence.path, sequence.first) == (70, "sequences/x.yaml", "a/b")
    assert sequence.enter.again == Again("per", per="webinar")
    assert [way.on for way in sequence.exits] == [None, "deal.lost"]
    assert sequence.goal == Goal(on="demo.requested")
    assert sequence.window == Window(frozenset({0}), time(9), time(10))
    assert sequence.caps == (Cap(1, span=timedelta(days=1)),)
    assert not sequence.standing
    assert len(sequence.conditions()) == 3


def test_what_the_head_leaves_out_has_a_default() -> None:
    """The title is the name, the priority fifty, and a lead enters once."""
    sequence = good("sequence: x\nfunnel: tofu\ntopic: guides\nenter: {when: true}\nsteps: [send: a/b]")

    assert (sequence.title, sequence.priority, sequence.enter.again) == ("x", 50, Again())
    assert (sequence.exits, sequence.goal, sequence.window, sequence.caps) == ((), None, None, ())
    assert sequence.standing


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("once", Again()),
        ("90 days after exit", Again("after", after=timedelta(days=90))),
        ("per signal.form", Again("per", per="form")),
    ],
)
def test_again_says_whether_a_lead_may_return(written: str, again: Again) -> None:
    """Never, after a span, or once per property."""
    text = f"{HEAD}enter: {{on: form.submitted, again: {written}}}\nsteps: [send: a/b]"

    assert good(text).enter.again == again


@pytest.mark.parametrize(
    ("written", "goal"),
    [
        ("goal: demo.requested", Goal(on="demo.requested")),
        ("goal: {on: deal.won}", Goal(on="deal.won")),
        ("goal:", None),
    ],
)
def test_a_goal_is_a_signal_or_more(written: str, goal: Goal | None) -> None:
    """The short form is a signal type."""
    assert good(f"{HEAD}{ENTER}{written}\nsteps: [send: a/b]").goal == goal


def test_a_goal_may_be_a_condition() -> None:
    """It then reads the lead like any other."""
    goal = good(f"{HEAD}{ENTER}goal: {{when: lead.vip}}\nsteps: [send: a/b]").goal

    assert goal is not None
    assert goal.when is not None
    assert goal.on is None


def test_steps_follow_each_other() -> None:
    """Each names the next, the last names none, and lines are those of the file."""
    sequence = steps("- send: a/b\n- wait: 3 days\n- handoff: asked\n")

    assert sequence.first == "a/b"
    assert list(sequence.steps) == ["a/b", "wait", "handoff"]
    assert sequence.steps["a/b"] == SendStep(id="a/b", next="wait", line=7, template="a/b")
    assert sequence.steps["wait"] == WaitStep(id="wait", next="handoff", line=8, span=timedelta(days=3))
    assert sequence.step("handoff") == HandoffStep(id="handoff", line=9, cause="asked")
    assert sequence.step("nowhere") is None


def test_a_send_may_say_more() -> None:
    """Every key of the step arrives."""
    step = steps(
        "- send: a/b\n  id: first\n  unless: lead.vip\n  over_cap: exit\n  defer_max: 2 days\n"
        "  expires: 5 days\n"
        "  on_expired: exit\n  repeat: allowed\n  window: {days: tue}\n"
    ).steps["first"]

    assert isinstance(step, SendStep)
    assert step.unless is not None
    assert (step.over_cap, step.defer_max, step.expires) == ("exit", timedelta(days=2), timedelta(days=5))
    assert (step.on_expired, step.repeat) == ("exit", True)
    assert step.window == Window(frozenset({1}), time(0), time(0))


def test_a_wait_may_end_on_a_weekday() -> None:
    """The weekday counts from Monday, the time is the lead's."""
    step = steps('- wait: {until: "tue 10:00"}\n').steps["wait"]

    assert step == WaitStep(id="wait", line=7, weekday=1, at=time(10))


def test_paths_of_a_wait_rejoin_below() -> None:
    """The last step of each path leads to the step after; an empty path leads there at once."""
    sequence = steps(
        "- wait_for: asset.downloaded\n  when: signal.asset == 'guide'\n  within: 7 days\n  before: counts\n"
        "  then: [{send: a/yes}, {wait: 1 day}]\n- send: a/after\n"
    )
    step = sequence.steps["wait_for"]

    assert isinstance(step, WaitForStep)
    assert (step.on, step.within, step.before) == ("asset.downloaded", timedelta(days=7), True)
    assert (step.then, step.otherwise, step.next) == ("a/yes", "a/after", "a/after")
    assert sequence.steps["wait"].next == "a/after"


def test_choices_rejoin_below() -> None:
    """A case names its first step; without `otherwise` the rest goes on below."""
    sequence = steps(
        "- choose:\n  - {when: lead.vip, steps: [{send: a/vip}]}\n"
        "  - {when: segment.warm, steps: []}\n- send: a/all\n"
    )
    step = sequence.steps["choose"]

    assert isinstance(step, ChooseStep)
    assert [first for _, first in step.cases] == ["a/vip", "a/all"]
    assert step.otherwise == "a/all"
    assert sequence.steps["a/vip"].next == "a/all"
    assert len(sequence.conditions()) == 2


def test_the_last_choice_may_end() -> None:
    """`otherwise` has its own path, and an end has no next step."""
    sequence = steps(
        "- choose:\n  - {when: lead.vip, steps: [end]}\n  - otherwise:\n    - end: not now\n  id: pick\n"
    )
    step = sequence.steps["pick"]

    assert isinstance(step, ChooseStep)
    assert ([first for _, first in step.cases], step.otherwise) == (["end-1"], "end-2")
    assert sequence.steps["end-2"] == EndStep(id="end-2", line=10)


def test_a_split_has_weights_and_may_have_paths() -> None:
    """An arm without steps leads on."""
    sequence = steps(
        "- split: {name: try, arms: {long: {weight: 1.5, steps: [{send: a/long}]}, short: 50}}\n"
        "- send: a/all\n"
    )
    step = sequence.steps["split"]

    assert isinstance(step, SplitStep)
    assert (step.name, step.arms) == ("try", (("long", 1.5, "a/long"), ("short", 50.0, "a/all")))


def test_attributes_are_set_in_their_types() -> None:
    """Every declared type, and the profile's own."""
    step = steps(
        "- set: {interest: x, employees: 5, vip: true, tools: [a], renewal_on: 2027-03-01, language: fr-CA,"
        " country: FR, zone: Europe/Paris, first_name: Ada}\n"
    ).steps["set"]

    assert isinstance(step, SetStep)
    assert step.values["tools"] == ["a"]
    assert len(step.values) == 9


def test_every_signal_the_sequence_depends_on_is_named() -> None:
    """Entering, waited for, leaving, reaching the goal, and read in history."""
    sequence = good(
        f"{HEAD}{ENTER}exit: [{{on: deal.lost}}]\ngoal: deal.won\nsteps:\n"
        "- {wait_for: mail.clicked, within: 1 day}\n- {send: a/b, unless: signals.any('mail.replied')}"
    )

    assert sequence.signal_types == {
        "form.submitted",
        "deal.lost",
        "deal.won",
        "mail.clicked",
        "mail.replied",
    }


def test_names_are_taken_as_they_are_without_a_catalogue() -> None:
    """A project whose catalogue is broken still has its shape checked."""
    text = f"{HEAD}enter: {{on: own.type, again: per signal.q}}\nsteps: [{{set: {{x: 1}}}}, {{send: a/b}}]"
    sequence, faults = read_sequence(tree(text), "x.yaml")

    assert faults == []
    assert sequence is not None


def test_what_every_project_has_is_checked_without_a_catalogue() -> None:
    """The profile's own fields keep their types."""
    _, faults = read_sequence(tree(f"{HEAD}{ENTER}steps: [{{set: {{language: x}}}}]"), "x.yaml")

    assert [fault.code for fault in faults] == ["NUR045"]


SAME = f"{HEAD}{ENTER}steps:\n- send: a/b\n- wait: 1 week\n- {{send: a/c, unless: lead.vip}}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: X", "title: Another  # with a comment"),
        ("1 week", "7 days"),
        ("funnel: tofu\ntopic: guides", "topic: guides\nfunnel: 'tofu'"),
        ("lead.vip", "(lead.vip == true)"),
        ("- send: a/b\n", "\n\n- {send: a/b, over_cap: defer}\n"),
    ],
)
def test_the_version_ignores_what_is_not_structure(old: str, new: str) -> None:
    """Titles, comments, order of keys, layout and defaults written out change nothing."""
    assert good(SAME.replace(old, new)).version == good(SAME).version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 week", "8 days"),
        ("a/c", "a/d"),
        ("lead.vip", "not lead.vip"),
        ("- wait: 1 week\n", ""),
        ("sequence: x", "sequence: y"),
        ("funnel: tofu", "funnel: tofu\nwindow: {days: mon}"),
        ("funnel: tofu", "funnel: tofu\npriority: 51"),
        ("- wait: 1 week", '- wait: {until: "tue 10:00"}'),
    ],
)
def test_the_version_changes_with_the_structure(old: str, new: str) -> None:
    """Steps, conditions, timing and names are what it stands for."""
    assert good(SAME.replace(old, new)).version != good(SAME).version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- wiat: 3 days", ("NUR030", 1, 3, "a step without a verb")),
        ("- just words", ("NUR030", 1, 3, "a step without a verb")),
        ("- send: a/b\n  wait: 1 day", ("NUR030", 2, 3, "one step, two verbs: `send` and `wait`")),
        (
            "- send: A/b",
            (
                "NUR011",
                1,
                9,
                "`A/b` is not a template; write `a/b`: its path below templates/, without the endings",
            ),
        ),
        (
            "- {send: a/b, id: A}",
            ("NUR011", 1, 19, "`A` is not an id; write it in small letters, such as `second-reminder`"),
        ),
        ("- {send: a/b, unles: lead.vip}", ("NUR012", 1, 15, "unknown key `unles`")),
        ("- {send: a/b, unless: lead.ft > 3}", ("NUR020", 1, 28, "unknown field `ft`")),
        ("- {send: a/b, unless: signal.asset == 'x'}", ("NUR020", 1, 39, "unknown asset `x`")),
        ("- {send: a/b, unless: signal.webinar == 'x'}", ("NUR020", 1, 41, "unknown webinar `x`")),
        (
            "- {send: a/b, window: {hours: 9-17}}",
            ("NUR011", 1, 31, '`9-17` are not hours; write "09:00-17:00", in quotes'),
        ),
        ("- {send: a/b, window: {dys: mon}}", ("NUR012", 1, 24, "unknown key `dys`")),
        ("- {send: a/b, window: {days: funday}}", ("NUR011", 1, 30, NO_DAY)),
        ("- {send: a/b, window: {}}", ("NUR011", 1, 15, NO_WINDOW)),
        ("- {send: a/b, window: mon}", ("NUR011", 1, 23, "expected a mapping, found `mon`")),
        (
            "- wait: 3",
            ("NUR011", 1, 9, "`3` is not a span; write `3 days`"),
        ),
        (
            "- wait: {til: x}",
            ("NUR011", 1, 3, 'a wait is a span such as `3 days`, or `{until: "tue 10:00"}`'),
        ),
        ("- {wait_for: mail.click, within: 1 day}", ("NUR043", 1, 14, "unknown signal type `mail.click`")),
        ("- wait_for: mail.clicked", ("NUR010", 1, 3, "`within` is missing")),
        (
            "- {wait_for: mail.clicked, within: 1 day, when: signal.x == 1}",
            ("NUR020", 1, 56, "`mail.clicked` has no property `x`"),
        ),
        ("- choose: [{when: lead.vip}]", ("NUR010", 1, 13, "`steps` is missing")),
        ("- choose: [word]", ("NUR011", 1, 12, "expected a mapping, found `word`")),
        ("- choose: word", ("NUR011", 1, 11, "expected a list, found `word`")),
        (
            "- choose: [{otherwise: []}, {when: lead.vip, steps: []}]",
            ("NUR036", 1, 13, "`otherwise` is the last case"),
        ),
        ("- choose: [{when: lead.ft > 1, steps: []}]", ("NUR020", 1, 24, "unknown field `ft`")),
        ("- split: {name: x, arms: {a: 0, b: 1}}", ("NUR011", 1, 30, "an arm is a weight, such as `50`")),
        ("- split: {name: x, arms: {a: yes, b: 1}}", ("NUR011", 1, 30, "an arm is a weight, such as `50`")),
        (
            "- split: {name: x, arms: {a: {weight: 0}, b: 1}}",
            ("NUR011", 1, 39, "`0` should be greater than 0"),
        ),
        (
            "- split: {name: x, arms: {a: {weight: 1, step: []}, b: 1}}",
            ("NUR012", 1, 42, "unknown key `step`"),
        ),
        ("- split: {name: x, arms: 3}", ("NUR011", 1, 26, "expected a mapping, found `3`")),
        ("- set: {intrest: x}", ("NUR044", 1, 9, "`intrest` is not an attribute that can be set")),
        ("- set: {email: x}", ("NUR044", 1, 9, "`email` is not an attribute that can be set")),
        ("- set: {interest: 3}", ("NUR045", 1, 19, "`interest` is text")),
        ("- set: {interest: ''}", ("NUR045", 1, 19, "`interest` is text")),
        ("- set: {employees: true}", ("NUR045", 1, 20, "`employees` is a number")),
        ("- set: {vip: yes}", ("NUR045", 1, 14, "`vip` is `true` or `false`")),
        ("- set: {tools: a}", ("NUR045", 1, 16, "`tools` is a list of texts")),
        ("- set: {renewal_on: soon}", ("NUR045", 1, 21, "`renewal_on` is a date such as 2027-03-01")),
        ("- set: {renewal_on: 2027-13-01}", ("NUR045", 1, 21, "`renewal_on` is a date such as 2027-03-01")),
        ("- set: {country: France}", ("NUR045", 1, 18, "`country` is a country code such as FR")),
        ("- set: {language: French}", ("NUR045", 1, 19, "`language` is a language such as fr")),
        ("- set: {zone: Paris}", ("NUR045", 1, 15, "`zone` is a time zone such as Europe/Paris")),
        ("- handoff: ''", ("NUR011", 1, 12, "expected some text, found nothing")),
        ("- end\n- send: a/b", ("NUR032", 2, 3, "this step is never reached")),
        (
            "- choose: [{when: lead.vip, steps: [end]}, {otherwise: [end]}]\n- send: a/b",
            ("NUR032", 2, 3, "this step is never reached"),
        ),
        (
            "- {wait_for: mail.clicked, within: 1 day, then: [end], otherwise: [end]}\n- end",
            ("NUR032", 2, 3, "this step is never reached"),
        ),
        (
            "- send: a/b\n- send: a/b",
            ("NUR031", 2, 9, "this step needs an id: `a/b` is already the step on line 7"),
        ),
        (
            "- wait: 1 day\n- wait: 1 day",
            ("NUR031", 2, 9, "this step needs an id: `wait` is already the step on line 7"),
        ),
        (
            "- wait: 1 day\n- {send: a/b, id: wait}",
            ("NUR031", 2, 19, "the id `wait` is taken by the step on line 7"),
        ),
        (
            "- split: {name: x, arms: {a: 1, b: 1}}\n- {split: {name: x, arms: {a: 1, b: 1}}, id: s}",
            ("NUR035", 2, 18, "a split named `x` stands on line 7"),
        ),
    ],
)
def test_a_faulty_step_is_told_in_its_place(text: str, expected: tuple[str, int, int, str]) -> None:
    """One fault, with its code, its line, its column and its words."""
    assert step_faults(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("enter: {}", ("NUR033", 5, 1, "`enter` selects nobody")),
        ("enter: {on: form.submited}", ("NUR043", 5, 13, "unknown signal type `form.submited`")),
        ("enter: {on: Form}", ("NUR011", 5, 13, "`Form` is not a signal type; write it as `trial.started`")),
        (
            "enter: {on: form.submitted, again: sometimes}",
            (
                "NUR011",
                5,
                36,
                "`sometimes` is not understood; write `once`, `90 days after exit` or `per signal.webinar`",
            ),
        ),
        (
            "enter: {on: form.submitted, again: 3}",
            (
                "NUR011",
                5,
                36,
                "`3` is not understood; write `once`, `90 days after exit` or `per signal.webinar`",
            ),
        ),
        (
            "enter: {on: form.submitted, again: per signal.frm}",
            ("NUR044", 5, 36, "`form.submitted` has no property `frm`"),
        ),
        ("enter: {on: no.such, again: per signal.frm}", ("NUR043", 5, 13, "unknown signal type `no.such`")),
        ("enter: {when: lead.vip, again: per signal.form}", ("NUR034", 5, 32, "`per signal...` needs `on:`")),
        (
            "enter: {on: [form.submitted], again: per signal.form}",
            ("NUR011", 5, 9, "expected text, found a list"),
        ),
        (
            "enter: {when: signal.form == 'x'}",
            ("NUR034", 5, 15, "a standing sequence has no entering signal to read"),
        ),
        ("enter: {when: true}\nexit: [{}]", ("NUR033", 6, 8, "an exit without a reason")),
        (
            "enter: {when: true}\nexit: [{on: deal.lsot}]",
            ("NUR043", 6, 13, "unknown signal type `deal.lsot`"),
        ),
        (
            "enter: {when: true}\nexit: [{on: deal.lost, when: signal.x == 1}]",
            ("NUR020", 6, 37, "`deal.lost` has no property `x`"),
        ),
        ("enter: {when: true}\ngoal: demo", ("NUR043", 6, 7, "unknown signal type `demo`")),
        ("enter: {when: true}\ngoal: {on: deal.wno}", ("NUR043", 6, 12, "unknown signal type `deal.wno`")),
        ("enter: {when: true}\ngoal: {}", ("NUR033", 6, 1, "a goal without a sign")),
        ("enter: {when: true}\ngoal: 3", ("NUR011", 6, 7, "expected a mapping, found `3`")),
        (
            "enter: {when: true}\npriority: 101",
            ("NUR011", 6, 11, "`101` should be less than or equal to 100"),
        ),
        ("enter: {when: true}\ncast: tue 10:00", ("NUR039", 6, 7, "only a stream is cast")),
    ],
)
def test_a_faulty_head_is_told_in_its_place(text: str, expected: tuple[str, int, int, str]) -> None:
    """One fault, with its code, its line, its column and its words."""
    assert told(faults_of(f"{HEAD}{text}\nsteps: [send: a/b]")) == [expected]


def test_an_unknown_topic_is_told_with_the_closest() -> None:
    """The help names the topic that was meant."""
    (fault,) = faults_of(f"{HEAD}{ENTER}steps: [send: a/b]".replace("guides", "guide"))

    assert (fault.code, fault.column, fault.help) == ("NUR041", 8, "did you mean `guides`?")


def test_one_faulty_part_hides_no_other() -> None:
    """The head, the steps and what lies inside faulty steps are all told in one go."""
    faults = faults_of(
        "sequence: x\nfunel: tofu\ntopic: guide\nenter: {on: form.submitted, wen: 1}\n"
        "goal: demo.request\nsteps:\n"
        "- {wait_for: mail.click, then: [{send: a/b, unless: lead.x}]}\n"
        "- {choose: 3}\n- {split: {name: X, arms: {a: {weight: 1, steps: [{wiat: 1}]}, b: 1}}}\n"
        "- {wait_for: 3, within: 1 day, otherwise: [{wat: 1}]}\n"
        "- {choose: [{when: lead.vip, steps: [{snd: z}]}, {otherwise: [{hand: x}]}], idd: x}\n"
    )

    assert sorted({(fault.code, fault.line) for fault in faults}) == [
        ("NUR010", 7),
        ("NUR011", 8),
        ("NUR011", 9),
        ("NUR011", 10),
        ("NUR012", 2),
        ("NUR012", 4),
        ("NUR012", 11),
        ("NUR020", 7),
        ("NUR030", 9),
        ("NUR030", 10),
        ("NUR030", 11),
        ("NUR041", 3),
        ("NUR043", 5),
        ("NUR043", 7),
    ]


@pytest.mark.parametrize("text", ["steps: 3", "steps: []", "steps:", ""])
def test_a_sequence_without_steps_is_a_fault(text: str) -> None:
    """There is nothing to run."""
    assert faults_of(f"{HEAD}{ENTER}{text}")[0].code in ("NUR010", "NUR011")


def test_exits_and_goals_without_conditions_are_plain() -> None:
    """A signal alone is enough."""
    assert good(f"{HEAD}{ENTER}exit: [{{on: deal.won}}]\nsteps: [send: a/b]").exits == (Exit(on="deal.won"),)


def test_an_unknown_key_of_a_window_is_told_with_the_closest() -> None:
    """Also where the window becomes a value of its own."""
    (fault,) = faults_of(f"{HEAD}{ENTER}steps: [{{send: a/b, window: {{dys: mon}}}}]")

    assert fault.help == "did you mean `days`?"
