"""The providers that a file names: those of the list, changed ones and new ones."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.catalogues import said
from portal.cookies.exchange.plans import PlannedProvider, differences
from portal.cookies.findings import Finding
from portal.cookies.list_rules import KEY, check_provider, key_of
from portal.cookies.models import Provider
from portal.cookies.tidying import one_line, stripped

DETAILS = {"name": "provider_name", "privacy_url": "provider_privacy_url"}
COLUMNS = {"key": "provider", **DETAILS}
CONTRADICTION = said("Line %(line)s says something else about this provider.")


@dataclass(slots=True)
class Entry:
    """A provider as the file leaves it, and which line said each of its details."""

    values: dict[str, Any]
    provider: Provider | None = None
    lines: dict[str, int] = field(default_factory=dict)


class ProviderBook:
    """Providers by key and by name: a file may name them by either."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._by_key: dict[str, Entry] = {}
        self._by_name: dict[str, Entry] = {}
        for one in providers:
            self._keep(Entry({name: getattr(one, name) for name in COLUMNS}, one))

    def entry(self, values: Mapping[str, Any], line: int) -> Entry | None:
        """The provider that a row names, as it would be after that row; None if it names none."""
        label, details = stripped(values.get("provider")), _details(values)
        if not isinstance(label, str) or not label:
            return None
        found = self._find(label, details)
        if found is None:
            return self._new(label, details, line)
        given = {name: text for name, text in details.items() if text != ""}
        lines = {name: found.lines.get(name, line) for name in given}
        return Entry(found.values | given, found.provider, found.lines | lines)

    def findings(self, entry: Entry) -> list[Finding]:
        """What is wrong with a provider as a row leaves it."""
        before = self._by_key.get(entry.values["key"])
        if before and before.values == entry.values:
            return []
        clash = self._named(entry.values["name"])
        others = (
            {clash.values["key"]: clash.values["name"]} if clash and clash is not before else {}
        )
        return [
            *_contradictions(before, entry),
            *_in_columns(check_provider(entry.values, others=others)),
        ]

    def take(self, entry: Entry) -> None:
        """Keep what a row says about a provider."""
        before = self._by_key.get(entry.values["key"])
        if before:
            self._by_name.pop(before.values["name"].casefold(), None)
        self._keep(entry)

    def planned(self) -> Iterator[PlannedProvider]:
        """Those that would be added or changed."""
        for key, one in self._by_key.items():
            before = {name: getattr(one.provider, name, "") for name in DETAILS}
            changes = differences(before, {name: one.values[name] for name in DETAILS})
            if changes:
                yield PlannedProvider(key, changes, one.provider)

    def _keep(self, entry: Entry) -> None:
        self._by_key[entry.values["key"]] = entry
        self._by_name[entry.values["name"].casefold()] = entry

    def _find(self, label: str, details: Mapping[str, Any]) -> Entry | None:
        return self._by_key.get(label) or self._named(details["name"]) or self._named(label)

    def _named(self, name: Any) -> Entry | None:
        return self._by_name.get(name.casefold()) if isinstance(name, str) else None

    def _new(self, label: str, details: Mapping[str, Any], line: int) -> Entry:
        key = label if KEY.fullmatch(label) else key_of(label, dict.fromkeys(self._by_key, ""))
        lines = {name: line for name, text in details.items() if text}
        return Entry({"key": key, **details, "name": details["name"] or label}, lines=lines)


def _details(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one_line(values.get(column) or "") for name, column in DETAILS.items()}


def _contradictions(before: Entry | None, entry: Entry) -> Iterator[Finding]:
    """A detail of which an earlier row has said something else."""
    for name, line in before.lines.items() if before else ():
        if before and before.values[name] != entry.values[name]:
            yield Finding(DETAILS[name], CONTRADICTION, {"line": line})


def _in_columns(findings: list[Finding]) -> Iterator[Finding]:
    """The findings at the columns of a file."""
    for one in findings:
        yield Finding(COLUMNS[one.field], one.message, one.values, one.wrong)
