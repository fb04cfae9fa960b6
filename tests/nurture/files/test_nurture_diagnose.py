"""Faults read well in a terminal, in JSON and on GitHub."""

from __future__ import annotations

from nurture.files.diagnosis import Fault, as_json, did_you_mean, render_github, render_text, suggest

WIAT = Fault(
    "NUR012",
    "unknown key `wiat`",
    "sequences/white-paper.yaml",
    14,
    5,
    4,
    "did you mean `wait`?",
    source_line="  - wiat: 3 days",
)


def test_a_fault_shows_its_place_its_line_and_a_caret() -> None:
    """The form is that of Rust and Elm."""
    assert render_text([WIAT]).splitlines() == [
        "error[NUR012]: unknown key `wiat`",
        "  --> sequences/white-paper.yaml:14:5",
        "   |",
        "14 |   - wiat: 3 days",
        "   |     ^^^^",
        "   = help: did you mean `wait`?",
    ]


def test_a_fault_of_a_whole_file_has_no_caret() -> None:
    """Without a line there is nothing to point at."""
    fault = Fault("NUR006", "there is no nurture.yaml", "nurture.yaml", severity="warning")

    assert render_text([fault]) == "warning[NUR006]: there is no nurture.yaml\n --> nurture.yaml:1:1"


def test_the_caret_keeps_tabs_and_stays_within_the_line() -> None:
    """It stands under its word in any terminal."""
    fault = Fault("NUR001", "bad", "x.yaml", 1, 2, 99, source_line="\tword")

    assert render_text([fault]).splitlines()[-1] == "  | \t^^^^"


def test_faults_are_told_in_the_order_of_the_files() -> None:
    """By file, then by line, whatever order they were found in."""
    faults = [Fault("B", "", "b", 1), Fault("A", "", "a", 10), Fault("A", "", "a", 2)]

    assert [(fault["file"], fault["line"]) for fault in as_json(faults)] == [("a", 2), ("a", 10), ("b", 1)]


def test_json_holds_everything_but_the_line_of_text() -> None:
    """The keys are stable."""
    assert as_json([WIAT]) == [
        {
            "code": "NUR012",
            "severity": "error",
            "message": "unknown key `wiat`",
            "file": "sequences/white-paper.yaml",
            "line": 14,
            "column": 5,
            "width": 4,
            "help": "did you mean `wait`?",
        }
    ]


def test_github_gets_one_escaped_line_for_each_fault() -> None:
    """A message cannot start a command of its own, nor a path end its field."""
    faults = [WIAT, Fault("X", "100%\n::error::", "z,a:b.yaml")]

    assert render_github(faults).splitlines() == [
        "::error file=sequences/white-paper.yaml,line=14,col=5,title=NUR012::"
        "unknown key `wiat` (did you mean `wait`?)",
        "::error file=z%2Ca%3Ab.yaml,line=1,col=1,title=X::100%25%0A::error::",
    ]


def test_a_close_word_is_suggested() -> None:
    """A typo finds its word; anything else finds none."""
    assert [suggest("wiat", ["wait", "send"]), suggest("zzz", ["wait"])] == ["wait", ""]


def test_a_far_word_shows_what_is_known() -> None:
    """At most a dozen names, in order; nothing when nothing is known."""
    many = [f"n{number:02}" for number in range(20)]

    assert did_you_mean("zzz", ["b", "a"]) == "known: `a`, `b`"
    assert did_you_mean("zzz", many).endswith("`n11`, ...")
    assert did_you_mean("zzz", []) == ""
