"""Checks one file against another: what sequences send, what templates offer, when windows open."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Loc, Node, fault_at
from nurture.project.catalog import Catalog
from nurture.project.policy import Policy
from nurture.project.shelves import is_template
from nurture.sequences.file import is_template_name
from nurture.sequences.steps import SendStep, Sequence
from nurture.spans import WEEKDAYS
from nurture.templates.render import TemplateInfo, TemplateSet
from nurture.templates.source import PARTS
from nurture.timing import Window, next_open
from nurture.words import Purpose

_ASSET_LINE = re.compile(r"^asset:[ \t]*(\S+)", re.MULTILINE)
_SOME_MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def template_files(files: Collection[str]) -> frozenset[str]:
    """Answer the templates that have a file, layouts and footers left out."""
    names = {template_of(path) for path in files if is_template(path)}
    return frozenset(name for name in names if name.rpartition("/")[2] not in PARTS)


def template_of(path: str) -> str:
    """Answer the template that a file below templates/ belongs to."""
    return path.removeprefix("templates/").split(".")[0]


def check_sends(
    node: Node, path: str, templates: TemplateSet, there: Collection[str], *, standing: bool
) -> list[Fault]:
    """Every template a sequence sends exists; a standing one and a stream send no service mail.

    `there` are the templates that have files, also those with faults, which are not in the set.
    """
    faults = []
    for place, key, name in _templates_named(node):
        info = templates.infos.get(name)
        if not is_template_name(name):
            continue  # its own fault is told
        if info is None and name not in there:
            hint = did_you_mean(name, {*templates.names, *there}) or f"write templates/{name}.md.j2"
            faults.append(fault_at(place, (key,), path, "NUR040", f"unknown template `{name}`", hint=hint))
        elif info is not None and key == "notify" and info.purpose is not Purpose.SERVICE:
            message = f"`{name}` is marketing mail, and a notice goes to colleagues"
            hint = "write `purpose: service` in the template's front matter"
            faults.append(fault_at(place, (key,), path, "NUR053", message, hint=hint))
        elif info is not None and key == "send" and standing and info.purpose is Purpose.SERVICE:
            message = f"`{name}` is service mail, which only answers a lead's own request"
            hint = "give `enter` an `on:`, or make the template marketing"
            faults.append(fault_at(place, (key,), path, "NUR050", message, hint=hint))
        elif info is not None and key not in ("send", "notify"):
            faults += _stream_faults(place, key, info, path)
    return faults


def _stream_faults(place: Node, asset: str, info: TemplateInfo, path: str) -> list[Fault]:
    if info.purpose is Purpose.SERVICE:
        message = f"`{info.name}` is service mail, which a stream does not send"
        return [fault_at(place, (asset,), path, "NUR050", message, hint="make the template marketing")]
    if info.asset is not None and info.asset != asset:
        message = f"`{info.name}` sends the asset `{info.asset}`, not `{asset}`"
        hint = "the stream would never know that the lead has it"
        return [fault_at(place, (asset,), path, "NUR054", message, hint=hint)]
    return []


def check_recipients(
    policy: Policy, policy_node: Node, sequences: Mapping[str, tuple[Sequence, Node]]
) -> list[Fault]:
    """Whom a sequence notifies and what it calls stand in the policy, well written or not."""
    faults = []
    sellers = policy_node.get("handoff", "sellers")
    named = [seller.get("name") for seller in (sellers.items() if sellers else ())]
    people = {str(name.value) for name in named if name} | _names(policy_node, "teams") | set(policy.teams)
    webhooks = _names(policy_node, "webhooks") | set(policy.webhooks)
    for sequence, node in sequences.values():
        for place in _steps_with(node.get("steps"), ("notify", "webhook")):
            for key, known, what in (("to", people, "team or seller"), ("webhook", webhooks, "webhook")):
                name = place.get(key)
                if name is not None and isinstance(name.value, str) and name.value not in known:
                    section = "teams" if key == "to" else "webhooks"
                    hint = did_you_mean(name.value, known) or f"add it to `{section}:` in nurture.yaml"
                    message = f"the policy has no {what} `{name.value}`"
                    faults.append(fault_at(place, (key,), sequence.path, "NUR047", message, hint=hint))
    return faults


def _names(node: Node, section: str) -> set[str]:
    found = node.get(section)
    return set(found.value) if found is not None and found.is_mapping else set()


def check_template_assets(files: Mapping[str, str], templates: TemplateSet, catalog: Catalog) -> list[Fault]:
    """Every asset a template declares stands in the catalogue."""
    faults = []
    for path, text in files.items():
        info = templates.infos.get(template_of(path)) if is_template(path) else None
        asset = info.asset if info is not None else None
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
    policy: Policy, policy_node: Node, policy_path: str, sequences: Mapping[str, tuple[Sequence, Node]]
) -> list[Fault]:
    """Every window leaves some time open between the quiet hours."""
    faults = []
    windows = [policy.window] if policy.window else []
    if not _ever_opens(windows, policy):
        loc: Loc = ("window",) if policy.window else ("quiet_hours",)
        message = "no mail could ever leave: window and quiet hours leave no time open"
        return [fault_at(policy_node, loc, policy_path, "NUR051", message, hint="shorten the quiet hours")]
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
                sends = _steps_with(node.get("steps"), ("send",))
                place = next((one for one in sends if one.at[0] == step.line), node)
                faults.append(fault_at(place, ("window",), sequence.path, "NUR051", message, hint=hint))
    return faults


def _templates_named(node: Node) -> Iterator[tuple[Node, str, str]]:
    """Every template a file names: where, under which key, and its name."""
    for step in _steps_with(node.get("steps"), ("send", "notify")):
        for key in ("send", "notify"):
            named = step.get(key)
            if named is not None and isinstance(named.value, str):
                yield step, key, named.value
    stream = node.get("stream")
    for item in stream.items() if stream else ():
        for asset, named in (item.value if item.is_mapping else {}).items():
            if isinstance(named.value, str):
                yield item, asset, named.value


def _steps_with(node: Node | None, verbs: tuple[str, ...]) -> Iterator[Node]:
    """Every step with one of these verbs, at any depth, also in a file that has faults."""
    if node is None:
        return
    if node.is_mapping:
        if any(isinstance(named.value, str) for verb in verbs if (named := node.get(verb))):
            yield node
        for key, child in node.value.items():
            if key != "set":
                yield from _steps_with(child, verbs)
    for item in node.items():
        yield from _steps_with(item, verbs)


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
