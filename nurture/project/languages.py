"""Checks that what is written per language is in languages the project has."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.files.diagnosis import Fault, did_you_mean
from nurture.files.source import Node, fault_at
from nurture.project.policy import Policy
from nurture.templates.render import TemplateSet
from nurture.texts.translation import is_language

_WORDED = frozenset({"title", "url", "register_url", "join_url", "replay_url", "handoff", "cause"})
"""The keys under which words or links may stand once per language."""
_NAMED = frozenset({"topics", "assets", "webinars", "stages"})
"""The parts of files in which each thing has a name, whatever that is."""
_PARTS = frozenset({"fit", "engagement", "title", "steps"})
"""The other parts that have such keys."""


def known_languages(policy: Policy, templates: TemplateSet) -> frozenset[str]:
    """The languages that somebody reads: of the policy, of its sellers, and of the templates' variants."""
    sellers = {seller.language for seller in policy.handoff.sellers if seller.language}
    written = {language for info in templates.infos.values() for language in info.languages}
    return frozenset({policy.language, *policy.languages, *sellers, *written})


def check_languages(node: Node, path: str, known: frozenset[str]) -> list[Fault]:
    """Every language of a file that nobody reads, at its key; what is misspelt is a fault of its own."""
    plain = {language.partition("-")[0] for language in known}
    faults = []
    for each in _per_language(node):
        for language in each.value:
            if is_language(language) and language.partition("-")[0] not in plain:
                message = f"the project has no language `{language}`"
                hint = did_you_mean(language, known) + "; `languages:` in nurture.yaml names them"
                faults.append(
                    fault_at(each, (language,), path, code="NUR055", message=message, hint=hint, key=True)
                )
    return faults


def _per_language(node: Node) -> Iterator[Node]:
    for key, child in node.value.items():
        if key in _NAMED and child.is_mapping:
            for one in child.value.values():
                yield from _below("title" if key == "stages" else "", one)
        elif key in _PARTS:
            yield from _below(key, child)


def _below(key: str, node: Node) -> Iterator[Node]:
    """Every mapping of languages in a part; what a `set` or a webhook carries is not looked into."""
    if key in _WORDED and node.is_mapping:
        yield node
    elif node.is_mapping:
        for name, child in node.value.items():
            if name not in ("set", "data"):
                yield from _below(name, child)
    for item in node.items():
        yield from _below("", item)
