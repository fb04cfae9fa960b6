"""Checks one file against another: what sequences send, what templates offer, when windows open."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nurture.catalog import Catalog
from nurture.diagnose import Fault, did_you_mean
from nurture.policy import Policy
from nurture.render import TemplateSet
from nurture.source import Loc, Node, fault_at
from nurture.spans import WEEKDAYS
from nurture.steps import SendStep, Sequence
from nurture.timing import Window, next_open
from nurture.words import Purpose

_ASSET_LINE = re.compile(r"^asset:[ \t]*(\S+)", re.MULTILINE)
_SOME_MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def template_of(path: str) -> str:
    """Answer the template that a file below templates/ belongs to."""
    return path.removeprefix("templates/").split(".")[0]


def check_sends(
    node: Node, path: str, templates: TemplateSet, broken: Collection[str], *, standing: bool
) -> list[Fault]:
    """Every template a sequence sends exists, and a standing one sends no service mail.

    `broken` are the templates with faults of their own: they are there, though not in the set.
    """
    faults = []
    for step in _sends(node.get("steps")):
        name = step.plain()["send"]
        if name not in templates.names and name not in broken:
            hint = did_you_mean(name, {*templates.names, *broken}) or f"write templates/{name}.md.j2"
            faults.append(fault_at(step, ("send",), path, "NUR040", f"unknown template `{name}`", hint=hint))
        elif name in templates.names and standing and templates.info(name).purpose is Purpose.SERVICE:
            message = f"`{name}` is service mail, which only answers a lead's own request"
            hint = "give `enter` an `on:`, or make the template marketing"
            faults.append(fault_at(step, ("send",), path, "NUR050", message, hint=hint))
    return faults


def check_template_assets(files: Mapping[str, str], templates: TemplateSet, catalog: Catalog) -> list[Fault]:
    """Every asset a template declares stands in the catalogue."""
    faults = []
    for path, text in files.items():
        name = path.removeprefix("templates/").split(".")[0]
        asset = (
            templates.info(name).asset if path.startswith("templates/") and name in templates.names else None
        )
        if asset is None or asset in catalog.assets:
            continue
        found = _ASSET_LINE.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        source = text.split("\n")[line - 1]
        column, width = (source.index(found[1]) + 1, len(found[1])) if found else (1, 1)
        hint = did_you_mean(asset, catalog.assets)
        faults.append(
            Fault("NUR042", f"unknown asset `{asset}`", path, line, column, width, hint, source_line=source)
        )
    return faults


def check_openings(
    policy: Policy, policy_node: Node, sequences: Mapping[str, tuple[Sequence, Node]]
) -> list[Fault]:
    """Every window leaves some time open between the quiet hours."""
    faults = []
    windows = [policy.window] if policy.window else []
    if not _ever_opens(windows, policy):
        loc: Loc = ("window",) if policy.window else ("quiet_hours",)
        message = "no mail could ever leave: window and quiet hours leave no time open"
        return [fault_at(policy_node, loc, "nurture.yaml", "NUR051", message, hint="shorten the quiet hours")]
    for sequence, node in sequences.values():
        own = [*windows, sequence.window] if sequence.window else windows
        if not _ever_opens(own, policy):
            message = "this window never opens: the policy closes all of it"
            hint = f"the policy is open {_spoken(policy)}"
            faults.append(fault_at(node, ("window",), sequence.path, "NUR051", message, hint=hint))
            continue
        for step in sequence.steps.values():
            window = step.window if isinstance(step, SendStep) else None
            if window and not _ever_opens([*own, window], policy):
                message = f"the window of step `{step.id}` never opens"
                hint = f"the policy is open {_spoken(policy)}"
                place = next((n for n in _sends(node.get("steps")) if n.at[0] == step.line), node)
                faults.append(fault_at(place, ("window",), sequence.path, "NUR051", message, hint=hint))
    return faults


def _sends(node: Node | None) -> Iterator[Node]:
    """Every step with a `send`, at any depth, also in a file that has faults."""
    if node is None:
        return
    if node.is_mapping:
        send = node.get("send")
        if send is not None and isinstance(send.value, str):
            yield node
        for key, child in node.value.items():
            if key != "set":
                yield from _sends(child)
    for item in node.items():
        yield from _sends(item)


def _ever_opens(windows: list[Window], policy: Policy) -> bool:
    try:
        next_open(_SOME_MONDAY, ZoneInfo(policy.zone), windows=windows, quiet=policy.quiet)
    except ValueError:
        return False
    return True


def _spoken(policy: Policy) -> str:
    quiet = ", ".join(f"{window.start:%H:%M}-{window.end:%H:%M}" for window in policy.quiet)
    days = sorted(policy.window.days) if policy.window else range(7)
    return f"on {', '.join(WEEKDAYS[day] for day in days)}" + (f", but not {quiet}" if quiet else "")
