"""What can never come to pass is a warning."""

from __future__ import annotations

import re

import pytest

from nurture.conditions.condition import parse
from nurture.conditions.truth import always, implies, never
from tests.nurture.project.test_nurture_advice import told, warnings, whole

FIRST = "- send: hello\n"


def choose(*cases: str, otherwise: bool = False) -> str:
    lines = [f"    - {{when: '{case}', steps: [{{send: more, id: m{i}}}]}}\n" for i, case in enumerate(cases)]
    last = "    - {otherwise: [{send: guide}]}\n" if otherwise else ""
    return f"{FIRST}- choose:\n{''.join(lines)}{last}"


def wait_for_a_demo(then: str, when: str = "") -> str:
    """Wait for what may be the goal, and go on with these steps; a mail follows in any case."""
    test = f"  when: '{when}'\n" if when else ""
    wait = f"- wait_for: demo.requested\n  id: demo\n{test}  within: 3 days\n"
    return f"{FIRST}{wait}  then: [{then}]\n- send: sheet\n"


VAIN = {
    "contradiction": (choose("lead.fit > 5 and lead.fit < 3"), "", "NUR068"),
    "a case that was taken": (choose("lead.fit > 5", "lead.fit > 5 and lead.engagement > 3"), "", "NUR068"),
    "after one that always holds": (choose("true", "lead.fit > 5"), "", "NUR068"),
    "otherwise of two that cover": (choose("lead.fit > 5", "lead.fit <= 5", otherwise=True), "", "NUR068"),
    "unless always": (f"{FIRST}- send: more\n  unless: true\n", "", "NUR068"),
    "unless never": (f"{FIRST}- send: more\n  unless: false\n", "", "NUR068"),
    "a send after the goal": (
        f"{FIRST}- wait_for: demo.requested\n  within: 3 days\n  then: [{{send: more}}]\n",
        "goal: demo.requested\n",
        "NUR067",
    ),
    "a send after the goal, as it counts": (
        wait_for_a_demo("{send: more}", "lead.fit > 9"),
        "goal: {on: demo.requested, when: lead.fit > 5}\n",
        "NUR067",
    ),
    "a wait for nothing": (wait_for_a_demo("{send: more}", "lead.fit > 5 and lead.fit < 3"), "", "NUR068"),
    "an entry for nobody": (
        FIRST,
        "enter: {on: form.submitted, when: lead.fit > 5 and lead.fit < 3}\n",
        "NUR068",
    ),
    "a case that is an exit": (choose("lead.fit < 7"), "exit: [{when: lead.fit < 7}]\n", "NUR067"),
    "an exit for everybody": (FIRST, "exit: [{when: true}]\n", "NUR067"),
    "an exit for nobody": (FIRST, "exit: [{when: lead.fit > 5 and lead.fit < 3}]\n", "NUR068"),
    "a cast by night": ("", "stream:\n- guide: guide\n- sheet: sheet\ncast: sun 03:00\n", "NUR066"),
}


@pytest.mark.parametrize(("steps", "head", "code"), VAIN.values(), ids=VAIN.keys())
def test_what_never_comes_to_pass_is_told(steps: str, head: str, code: str) -> None:
    """In its place, as a warning."""
    found = [one for one in told(warnings(whole(steps, head))) if one[1] == "sequences/s.yaml"]

    assert code in [one[0] for one in found]


THROUGH = {
    "another wait": "{wait_for: mail.clicked, within: 1 day, otherwise: [{send: more}]}",
    "a case": "{choose: [{when: lead.fit > 5, steps: [{send: more}]}]}",
    "what no case takes": "{choose: [{when: lead.fit > 5, steps: [end]}, {otherwise: [{send: more}]}]}",
    "an arm": "{split: {name: x, arms: {a: {weight: 1, steps: [{send: more}]}, b: 1}}}",
    "a step that sends nothing": "{set: {interest: demo}}, {send: more}",
}


@pytest.mark.parametrize("then", THROUGH.values(), ids=THROUGH.keys())
def test_a_mail_after_the_goal_is_found_wherever_it_stands(then: str) -> None:
    """The lead has left by the goal, so that no way leads to it; told at `then`."""
    found = told(warnings(whole(wait_for_a_demo(then), "goal: demo.requested\n")))

    assert ("NUR067", "`then` is never taken: `demo.requested` is the goal, and the lead leaves by it") in [
        (code, message) for code, _, _, message in found
    ]


FINE = {
    "two cases": (choose("lead.fit > 5", "lead.engagement > 3", otherwise=True), ""),
    "a range": (choose("lead.fit > 3 and lead.fit < 5"), ""),
    "an exit by a signal": (FIRST, "exit: [{on: demo.requested}]\n"),
    "a case that is no exit": (choose("lead.fit > 5"), "exit: [{when: lead.fit < 3}]\n"),
    "a wait for what is not the goal": (wait_for_a_demo("{send: more}"), "goal: mail.clicked\n"),
    "a wait for more than the goal": (
        wait_for_a_demo("{send: more}"),
        "goal: {on: demo.requested, when: lead.fit > 5}\n",
    ),
    "no mail before the ways meet again": (
        wait_for_a_demo(
            "{choose: [{when: lead.fit > 5, steps: [{set: {interest: demo}}]}, "
            "{otherwise: [{set: {interest: other}, id: other}]}]}"
        ),
        "goal: demo.requested\n",
    ),
}


@pytest.mark.parametrize(("steps", "head"), FINE.values(), ids=FINE.keys())
def test_what_may_come_to_pass_is_not_told(steps: str, head: str) -> None:
    """Whoever cannot tell says nothing."""
    assert [one for one in told(warnings(whole(steps, head))) if one[0] in ("NUR067", "NUR068")] == []


def test_a_language_without_a_variant_is_told() -> None:
    """With what leads in that language get instead."""
    files = whole(FIRST)
    files["nurture.yaml"] = re.sub(r"languages: .*", "languages: [en, fr, de]", files["nurture.yaml"])

    found = [one for one in told(warnings(files)) if one[0] == "NUR065"]

    assert ("NUR065", "templates/hello.md.j2", 1) in [one[:3] for one in found]
    assert "get it in `en`" in found[0][3]


NEVER = ['lead.country == "FR" and lead.country == "DE"',
         'lead.country in ["FR"] and lead.country != "FR"',
         "lead.fit > 5 and lead.fit <= 5", "lead.company is defined and lead.company is not defined",
         'signals.any("mail.clicked") and not signals.any("mail.clicked")',
         "false or lead.fit > 1 and false",
         'signals.count("mail.clicked") < 0',
         'not signals.count("mail.clicked") >= 0',
         'not (signals.count("mail.clicked") > 2 or signals.count("mail.clicked") <= 2)',
         'signals.any("mail.clicked") and signals.count("mail.clicked") <= 0',
         'lead.company == "A" and lead.company is not defined',
         'lead.country == "FR" and lead.country is startswith("D")',
         'lead.country in ["FR", "BE"] and lead.country is endswith("K")',
         'lead.country == "FR" and not lead.country in ["FR", "BE"]',
         'lead.anything == "5" and lead.anything != 5',
         'signals.any("mail.clicked") and signals.count("mail.clicked") == 0',
         'signals.any("mail.clicked") and signals.count("mail.clicked") < 1',
         'not signals.any("mail.clicked") and signals.count("mail.clicked") >= 2']  # fmt: skip
SOMETIMES = [
    'lead.country == "FR" or lead.country == "DE"',
    "lead.fit >= 5 and lead.fit <= 5",
    'lead.job_title is startswith("V") and lead.job_title is endswith("P")',
    'lead.company != "A" and lead.company != "B"',
    'signals.count("mail.clicked") >= 1',
    "lead.fit == 5 and lead.fit > 3",
    "lead.fit > lead.engagement and lead.fit < 3",
    "lead.fit > lead.anything or lead.fit <= lead.anything",
    'signals.count("mail.clicked") > lead.anything or signals.count("mail.clicked") <= lead.anything',
    'lead.country == "FR" and "F" in lead.country',
    'lead.country in ["FR", "BE"] and lead.country is startswith("B")',
]


@pytest.mark.parametrize("text", NEVER)
def test_never(text: str) -> None:
    """Nobody can be so; and its contrary holds for all."""
    assert never(parse(text).tree)
    assert always(parse(f"not ({text})").tree)


@pytest.mark.parametrize("text", SOMETIMES)
def test_sometimes(text: str) -> None:
    """Neither always nor never."""
    assert not never(parse(text).tree)
    assert not always(parse(text).tree)


def test_one_condition_follows_from_another() -> None:
    """From a part, from both, and from a narrower range."""
    assert implies(parse("lead.fit > 9 and lead.engagement > 1").tree, parse("lead.fit > 5").tree)
    assert implies(parse("lead.fit > 9").tree, parse("lead.fit > 5 and lead.fit >= 7").tree)
    assert not implies(parse("lead.fit > 9").tree, parse("lead.fit > 5 and lead.engagement > 7").tree)
    assert implies(parse("lead.fit > 9").tree, parse("lead.fit > 5 or lead.engagement > 5").tree)
    clicked = parse('signals.any("mail.clicked")').tree
    counted = parse('signals.count("mail.clicked") > 0').tree
    assert implies(clicked, counted)
    assert implies(counted, clicked)
    assert not implies(parse("lead.fit > 3").tree, parse("lead.fit > 5").tree)
