"""Learning from a store: a card that ranks, honest figures, and clear words where nothing can be learned."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from flows.work.scoring.learn import Learned, Learning, LearningError, learn, require_learning
from flows.work.scoring.outcomes import behaviour_types, read_examples
from leadstore.store import Store, open_store
from nurture.learning.card import EVERYONE
from nurture.learning.outcomes import Example, OutcomeRule
from nurture.project.catalog import Catalog
from nurture.project.policy import Maturity
from tests.builders import DAY, NOON
from tests.flows.learning_store import add_leads

pytest.importorskip("sklearn", reason="learning needs the extra `learn`: pip install -e '.[learn]'")

VOCABULARY = Catalog(
    attributes={"occupation": "text", "tags_of_sales": "text", "colour": "text"}
).vocabulary()
LATER = NOON + 100 * DAY
GOAL = OutcomeRule("deal.won")
HONEST = Learning(VOCABULARY, Maturity(), frozenset({"deal.won", "tags_of_sales"}), 6)


def _read(store: Store, most: int | None = None) -> list[Example]:
    return list(read_examples(store, GOAL, behaviour_types(VOCABULARY), now=LATER, most=most))


@pytest.fixture(scope="module")
def examples(sqlite_template: object, tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    """The leads of a store, as examples."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('learning')}/store.db")
    store.migrate()
    with store.begin() as tx:
        add_leads(tx)
    found = _read(store)
    store.close()
    return found


@pytest.fixture(scope="module")
def learned(examples: list[Example]) -> Learned:
    """What is learned from them without the field that leaks."""
    return learn(examples, HONEST)


def test_the_secret_is_found(learned: Learned) -> None:
    """In few rules with whole points."""
    names = {rule.candidate.name for rule in learned.card.rules}

    assert "occupation: Manager" in names
    assert len(learned.card.rules) <= 6
    assert {type(rule.points) for rule in learned.card.rules} == {int}


def test_the_figures_are_of_leads_not_seen(learned: Learned) -> None:
    """A ranking far above chance, and forecasts better than the base rate's."""
    measured = learned.measured

    assert measured.auc > 0.75
    assert measured.brier < measured.base * (1 - measured.base)
    assert sum(part.leads for part in measured.deciles) == 240
    assert measured.as_dict()["deciles"][0]["forecast"] > measured.as_dict()["deciles"][9]["forecast"]


def test_learning_twice_gives_the_same(examples: list[Example], learned: Learned) -> None:
    """A card under review does not change by itself."""
    assert learn(examples, HONEST) == learned


def test_the_leak_is_named(examples: list[Example]) -> None:
    """The field that sales filled in."""
    open_minded = Learning(VOCABULARY, Maturity(), frozenset({"deal.won"}), 6)

    assert [leak.name for leak in learn(examples, open_minded).leaks] == ["tags_of_sales"]


def test_without_a_sign_the_card_only_has_its_start(examples: list[Example]) -> None:
    """Noise makes no rule."""
    blind = Learning(VOCABULARY, Maturity(), HONEST.excluded | {"occupation", "form.submitted"}, 6)
    found = learn(examples, blind)

    assert [rule.candidate for rule in found.card.rules] == [EVERYONE]
    assert 0.4 < found.measured.auc < 0.6


def test_few_rules_are_the_best_ones(examples: list[Example]) -> None:
    """The most telling field alone is left of many."""
    short = Learning(VOCABULARY, Maturity(), frozenset({"deal.won"}), 2)

    assert [rule.candidate.source for rule in learn(examples, short).card.rules[1:]] == ["tags_of_sales"]


@pytest.mark.parametrize(
    ("take", "message"),
    [(slice(0), "0 of 0 leads were won"), (slice(40), "of 40 leads were won")],
    ids=["nobody", "too few"],
)
def test_too_few_outcomes_teach_nothing(examples: Sequence[Example], take: slice, message: str) -> None:
    """It says how many there are."""
    with pytest.raises(LearningError, match=message):
        learn(examples[take], HONEST)


def test_nothing_known_teaches_nothing(examples: list[Example]) -> None:
    """All that could make a rule is excluded."""
    excluded = HONEST.excluded | {"occupation", "form.submitted", "colour"}

    with pytest.raises(LearningError, match="no field and no signal"):
        learn(examples, Learning(VOCABULARY, Maturity(), excluded, 6))


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One command, and that a card runs without."""
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)

    with pytest.raises(LearningError, match="nurture\\[learn\\]"):
        require_learning()


def test_the_store_is_read_in_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lead once, with its history; a sample is spread over all of them."""
    monkeypatch.setattr("flows.work.scoring.outcomes.PAGE", 7)
    with store.begin() as tx:
        add_leads(tx, 40)

    everyone, some = _read(store), _read(store, most=10)

    assert [one.lead.id for one in everyone] == sorted({one.lead.id for one in everyone})
    assert (len(everyone), len(some)) == (40, 10)
    assert [one.lead.id for one in some] == [one.lead.id for one in everyone[::4]]
    assert all(one.signals for one in everyone)
