"""Resolves the names in a condition: `lead.x`, `signal.x`, `consent.x` and `segment.x`."""

from __future__ import annotations

from collections.abc import Collection

from jinja2 import nodes

from nurture.conditions.tree import ConsentOf, Field, Operand, Property, Tree
from nurture.conditions.vocabulary import CLOSED, CONSENT_STATES, Spot, Vocabulary
from nurture.files.diagnosis import did_you_mean

_ROOTS = ("lead", "signal", "signals", "consent", "segment")


class Names:
    """Looks names up in a vocabulary; without one every name is taken as it is, with no type."""

    def __init__(self, vocabulary: Vocabulary | None, signal: str | None) -> None:
        self.vocabulary = vocabulary
        self.signal = signal

    def operand(self, node: nodes.Getattr | nodes.Getitem, spot: Spot) -> Operand:
        """Resolve a dotted name; raises ConditionError."""
        root, name = _parts(node, spot)
        if root == "lead":
            return Field(name, self._field(name, spot))
        if root == "signal":
            return Property(name, self._property(name, spot))
        if root == "consent":
            self._topic(name, spot)
            return ConsentOf(name)
        if root in ("signals", "segment"):
            hint = (
                "write `segment.name` alone" if root == "segment" else 'write `signals.any("mail.clicked")`'
            )
            raise spot.error(f"`{root}.{name}` is not a value", hint)
        raise Spot(max(0, spot.offset - 1 - len(root)), len(root)).unknown("name", root, _ROOTS)

    def segment(self, node: nodes.Expr, spot: Spot) -> Tree | None:
        """Answer the tree of `segment.name`, or None for any other node."""
        if not isinstance(node, (nodes.Getattr, nodes.Getitem)):
            return None
        root, name = _parts(node, spot)
        if root != "segment":
            return None
        known = self.vocabulary.segments if self.vocabulary else {}
        if name not in known:
            raise spot.unknown("segment", name, known)
        return known[name].tree

    def kind(self, operand: Operand) -> str:
        """The declared type of a field or a property; empty when unknown."""
        if isinstance(operand, (Field, Property)):
            return operand.kind
        return "text"

    def closed(self, operand: Operand) -> tuple[str, Collection[str]] | None:
        """What the operand is called and the only values it can have; None when it may be anything."""
        match operand:
            case ConsentOf():
                return "state", CONSENT_STATES
            case Field(name) if name in CLOSED:
                return name, CLOSED[name]
            case Field(name) if self.vocabulary and name in self.vocabulary.values:
                return name, self.vocabulary.values[name]
            case Property(name) if (known := self.choices(name, self.signal)) is not None:
                return ("signal type" if name == "type" else name), known
        return None

    def choices(self, name: str, signal: str | None = None) -> Collection[str] | None:
        """The only values a property of a signal can have; None when it may be anything."""
        if not self.vocabulary:
            return None
        if name == "type":
            return self.vocabulary.signals.keys()
        return self.vocabulary.values.get(f"{signal}.{name}", self.vocabulary.choices.get(name))

    def signal_type(self, name: str, spot: Spot) -> None:
        """Check a signal type; raises ConditionError."""
        if self.vocabulary and name not in self.vocabulary.signals:
            raise spot.unknown("signal type", name, self.vocabulary.signals)

    def property_kind(self, signal: str, name: str, spot: Spot) -> str:
        """The declared type of a property of a signal type; raises ConditionError."""
        if not self.vocabulary or signal not in self.vocabulary.signals:
            return ""  # an unknown type is a fault of its own
        known = self.vocabulary.signals[signal]
        if name not in known:
            raise spot.error(f"`{signal}` has no property `{name}`", did_you_mean(name, known))
        return known[name]

    def _field(self, name: str, spot: Spot) -> str:
        if not self.vocabulary:
            return ""
        if name not in self.vocabulary.fields:
            raise spot.unknown("field", name, self.vocabulary.fields)
        return self.vocabulary.fields[name]

    def _property(self, name: str, spot: Spot) -> str:
        if name == "type":
            return "text"
        if not self.vocabulary:
            return ""
        if self.signal is not None:
            return self.property_kind(self.signal, name, spot)
        kinds = {known[name] for known in self.vocabulary.signals.values() if name in known}
        if not kinds:
            raise spot.unknown(
                "property", name, {name for known in self.vocabulary.signals.values() for name in known}
            )
        return kinds.pop() if len(kinds) == 1 else ""

    def _topic(self, name: str, spot: Spot) -> None:
        if self.vocabulary and name not in self.vocabulary.topics:
            raise spot.unknown("topic", name, self.vocabulary.topics)


def _parts(node: nodes.Getattr | nodes.Getitem, spot: Spot) -> tuple[str, str]:
    """The two words of `a.b` or `a["b"]`; raises ConditionError for anything longer."""
    if isinstance(node.node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            return node.node.name, node.attr
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return node.node.name, node.arg.value
    raise spot.error("a name has two parts", 'write `lead.industry` or `consent["my-topic"]`')
