"""The first layer: what it asks about, what changed, and what each of its answers sends."""

from dataclasses import dataclass

from portal.consent.asking import Question
from portal.policy.changes import Change, changes
from portal.policy.document import DeclaredCategory, Document


@dataclass(frozen=True, slots=True)
class Option:
    """One button: what it posts. Accepting and refusing differ in nothing else (C1, T1)."""

    decision: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstLayer:
    categories: tuple[DeclaredCategory, ...]
    changes: dict[str, list[Change]]
    accept: Option
    reject: Option

    @property
    def asks_again(self) -> bool:
        return bool(self.changes)


def first_layer(question: Question, document: Document, earlier: Document | None) -> FirstLayer:
    """Everything for who never decided; only what changed for who did, the rest kept."""
    if earlier is None:
        everything = tuple(document.categories)
        return FirstLayer(everything, {}, Option("accept_all"), Option("reject_all"))
    asked = tuple(one for one in document.categories if one.key in question.asked)
    kept = tuple(one.key for one in document.categories if one.key in question.kept)
    return FirstLayer(
        categories=asked,
        changes={one.key: changes(earlier, document, one.key) for one in asked},
        accept=Option("save", kept + tuple(one.key for one in asked)),
        reject=Option("save", kept),
    )
