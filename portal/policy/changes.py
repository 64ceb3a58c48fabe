"""What changed between two published documents, as far as a visitor must be asked about it."""

from dataclasses import dataclass

from portal.policy.document import DeclaredCategory, DeclaredCookie, Document

FACTS = ("provider", "third_party", "lifetime_count", "lifetime_unit")


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is `added`, `removed` or `changed`."""

    kind: str
    cookie: str


def changes(old: Document, new: Document, key: str) -> list[Change]:
    """The cookies of a category that are new, gone or different in more than their wording."""
    before, after = _cookies(old.category(key)), _cookies(new.category(key))
    return [
        *(Change("added", after[name].name) for name in after if name not in before),
        *(
            Change("changed", after[name].name)
            for name in after
            if name in before and _differs(before[name], after[name])
        ),
        *(Change("removed", before[name].name) for name in before if name not in after),
    ]


def _cookies(category: DeclaredCategory | None) -> dict[tuple[str, str, str], DeclaredCookie]:
    found = category.cookies if category else ()
    return {(one.name, one.domain, one.path): one for one in found}


def _differs(before: DeclaredCookie, after: DeclaredCookie) -> bool:
    return any(getattr(before, fact) != getattr(after, fact) for fact in FACTS)
