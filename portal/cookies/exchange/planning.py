"""From what a file says to what an import would do."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from portal.catalogues import said
from portal.cookies.declared import Declaration, declaration
from portal.cookies.exchange.files import Row
from portal.cookies.exchange.plans import Plan, PlannedCookie, Status, differences
from portal.cookies.exchange.providers import ProviderBook
from portal.cookies.exchange.values import values_of
from portal.cookies.findings import Finding, wrong
from portal.cookies.models import CATEGORIES, Cookie
from portal.cookies.rules import FIELDS, TEXTS, Identity, check, identity
from portal.cookies.tidying import tidied
from portal.languages import AVAILABLE
from portal.tenants.models import Tenant

TWICE = said("Line %(line)s is about the same cookie: name, domain and path.")


def plan(tenant: Tenant, rows: Iterable[Row]) -> Plan:
    """What importing the rows would do; raises BadFile while it reads them.

    The list is read with three queries, however long it or the file is.
    """
    planner = _Planner(declaration(tenant), tenant.languages)
    cookies = [planner.planned(row) for row in rows]
    return Plan(cookies, list(planner.providers.planned()))


class _Planner:
    """Compares each row with the list and with the rows before it."""

    def __init__(self, declared: Declaration, languages: Collection[str]) -> None:
        self.providers = ProviderBook(declared.providers)
        self._categories = {one.key for one in declared.categories}
        self._cookies = {(one.name, one.domain, one.path): one for one in declared.cookies}
        self._languages = languages
        self._lines: dict[Identity, int] = {}

    def planned(self, row: Row) -> PlannedCookie:
        """What becomes of a row. One that is wrong does not count for those after it."""
        entry = self.providers.entry(row.values, row.line)
        given = {**row.values, "provider": entry.values["key"] if entry else ""}
        cookie = self._cookie(given)
        before = self._before(cookie, given)
        after = _tidied(_merged(before, given))
        changes = differences(before, after)
        findings = row.findings or [
            *(self.providers.findings(entry) if entry else ()),
            *(self._findings(after) if changes else ()),  # what stays as it is may stay
        ]
        if not wrong(findings):
            findings += self._repetition(after)
        if wrong(findings):
            return PlannedCookie(row.line, Status.WRONG, after, findings=findings)
        if entry:
            self.providers.take(entry)
        self._lines[identity(after)] = row.line
        status = Status.NEW if not cookie else Status.CHANGED if changes else Status.UNCHANGED
        return PlannedCookie(row.line, status, after, changes, findings, cookie)

    def _cookie(self, given: Mapping[str, Any]) -> Cookie | None:
        """The cookie of the list that a row is about."""
        name, domain, path = identity(tidied(given))
        is_text = all(isinstance(one, str) for one in (name, domain, path))
        return self._cookies.get((name, domain, path)) if is_text else None

    def _before(self, cookie: Cookie | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values in the list, with the texts in every language that the row names."""
        named = [tag for name in TEXTS for tag in _as_texts(given.get(name)) if tag in AVAILABLE]
        return _tidied(values_of(cookie, [*self._languages, *named])) if cookie else {}

    def _findings(self, values: Mapping[str, Any]) -> Iterator[Finding]:
        yield from check(values)
        category = values["category"]
        if isinstance(category, str) and category in set(CATEGORIES) - self._categories:
            yield Finding("category", said("The list has no such category."))

    def _repetition(self, values: Mapping[str, Any]) -> list[Finding]:
        line = self._lines.get(identity(values))
        return [Finding("name", TWICE, {"line": line})] if line else []


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tidied, in the order in which fields are shown."""
    tidy = tidied(values)
    return {name: tidy[name] for name in FIELDS}


def _merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the row leaves them: columns and languages that it lacks stay as they are."""
    texts = {
        name: {**before.get(name, {}), **given[name]}
        for name in TEXTS
        if isinstance(given.get(name), dict)
    }
    return {**before, **given, **texts}


def _as_texts(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
