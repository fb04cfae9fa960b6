"""Values that are made quickly: the same in every other way as the standard library's."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from nurture.quick import quick


@dataclass(frozen=True, slots=True)
class Plain:
    """A value as the standard library makes it."""

    name: str
    size: int = 3
    facts: Mapping[str, int] = field(default_factory=dict)


@quick
class Quick:
    """The same value, made quickly."""

    name: str
    size: int = 3
    facts: Mapping[str, int] = field(default_factory=dict)


CALLS = [
    (("a",), {}),
    (("a", 5, {"x": 1}), {}),
    ((), {"name": "a", "facts": {"x": 1}}),
    (("a",), {"size": 0}),
]


@pytest.mark.parametrize(("given", "named"), CALLS, ids=["defaults", "by place", "by name", "mixed"])
def test_it_holds_what_the_standard_librarys_would(given: tuple[str, ...], named: dict[str, int]) -> None:
    """The same arguments give the same fields, and defaults fill the rest."""
    plain, made = Plain(*given, **named), Quick(*given, **named)  # type: ignore[arg-type]  # any of them

    assert (made.name, made.size, made.facts) == (plain.name, plain.size, plain.facts)


@pytest.mark.parametrize("change", [lambda one: setattr(one, "size", 4), lambda one: delattr(one, "size")])
def test_it_stays_frozen(change: object) -> None:
    """Nobody changes it once it is made."""
    made = Quick("a")

    with pytest.raises(FrozenInstanceError):
        change(made)  # type: ignore[operator]  # one of the two above

    assert (type(made), made.size) == (Quick, 3)


def test_each_has_a_mapping_of_its_own() -> None:
    """A default that is made anew is never shared."""
    assert Quick("a").facts is not Quick("a").facts


@pytest.mark.parametrize("given", [(), ("a", 1, {}, 4)], ids=["too few", "too many"])
def test_wrong_arguments_are_refused(given: tuple[str, ...]) -> None:
    """Too few or too many are an error, as in any call."""
    with pytest.raises(TypeError):
        Quick(*given)  # type: ignore[arg-type]  # that is the point


def test_its_copies_are_equal() -> None:
    """What copies, replaces or pickles values does so with these."""
    made = Quick("a", 5, {"x": 1})

    copies = [copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), replace(made, size=5)]

    assert copies == [made] * 4


def test_its_parameters_have_their_names() -> None:
    """A reader's help and a wrong call speak of the fields."""
    assert list(inspect.signature(Quick).parameters) == ["name", "size", "facts"]
