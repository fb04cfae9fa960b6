"""Turns a score's terms into lines whose rounded points add up to the rounded score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from console.format import adding_up, say_many
from nurture.values import Term


def score_lines(terms: Sequence[Term]) -> tuple[list[tuple[float, str]], float]:
    """Points and words for each rule, in the order of the scoring file, and their sum to one decimal."""
    rules = list(_by_rule(terms))
    points, total = adding_up([sum(term.points for term in group) for _, group in rules])
    words = [_label(rule, group) for rule, group in rules]
    return list(zip(points, words, strict=True)), total


def _by_rule(terms: Sequence[Term]) -> Iterator[tuple[str, list[Term]]]:
    for rule, group in groupby(terms, key=lambda term: term.rule):
        yield rule, list(group)


def _label(rule: str, terms: Sequence[Term]) -> str:
    """A rule, and what it rests on: how many signals, how old, and what they gave when fresh."""
    ages = [term.age_days for term in terms if term.age_days is not None]
    notes = [term.note for term in terms if term.note][-1:]
    signals = say_many(len(ages), "signal") + ", the latest " if len(ages) > 1 else ""
    facts = [f"{signals}{_ago(min(ages))}"] if ages else []
    fresh = sum(term.base for term in terms)
    if ages and abs(fresh - sum(term.points for term in terms)) >= 0.05:
        facts.append(f"{fresh:g} when fresh")
    facts += notes
    return f"{rule}  ({', '.join(facts)})" if facts else rule


def _ago(days: float) -> str:
    return "today" if days < 1 else f"{say_many(int(days), 'day')} ago"
