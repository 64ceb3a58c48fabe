"""Texts side by side: what is to be said on one side, a field for it on the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from textwrap import shorten

from flask import abort, request

from portal.backoffice.current import current_tenant
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, in_words, ngettext
from portal.policy.markdown import TextError
from portal.policy.typed import Conflict, Shown, Typed
from portal.tenants.models import Tenant

PER_PAGE = 40
LARGEST_FORM = 500_000  # bytes; what Flask takes of form fields at the most


@dataclass(frozen=True, slots=True)
class Line:
    """One text: `text` stands in the field, `shown` in the draft; `built_in` is read without it.

    `name` tells it from all others, `id` names its fields in the form. `made_from` is set where
    the source has changed since.
    """

    name: str
    id: str
    source: str
    shown: Shown
    text: str
    label: str = ""
    group: str = ""
    kind: str = ""
    state: str = ""
    made_from: str = ""
    built_in: str = ""
    placeholders: tuple[str, ...] = ()
    confirmed: bool = False
    error: str = ""
    conflict: bool = False

    @property
    def about(self) -> str:
        """Which text it is, in few words."""
        return shorten(f"{self.group} {self.label}".strip() or self.source, 60, placeholder="…")


def tenant_offering(tag: str) -> Tenant:
    """The tenant, if it offers the language; 404 otherwise."""
    tenant = current_tenant()
    if tag not in tenant.languages:
        abort(404)
    return tenant


def typed_texts(names: Mapping[str, str] | None = None) -> list[Typed]:
    """What the form brought; `names` says what the fields stand for, if not for themselves."""
    form = request.form
    ids = [field.removeprefix("text.") for field in form if field.startswith("text.")]
    return [
        Typed(
            name=(names or {}).get(one, one),
            text=form[f"text.{one}"],
            seen=form.get(f"seen.{one}", ""),
            confirmed=f"right.{one}" in form,
        )
        for one in ids
    ]


def as_typed(
    lines: Iterable[Line], typed: Iterable[Typed], errors: Mapping[str, TextError]
) -> list[Line]:
    """The lines that were sent, with what was typed and what is wrong with it."""
    by_name = {one.name: one for one in typed}
    return [
        _as_typed(line, by_name[line.name], errors.get(line.name))
        for line in lines
        if line.name in by_name
    ]


def _as_typed(line: Line, typed: Typed, error: TextError | None) -> Line:
    return replace(
        line,
        text=typed.text,
        confirmed=typed.confirmed,
        error=in_words(error.message, error.values) if error else "",
        conflict=isinstance(error, Conflict),
    )


def problems(lines: Iterable[Line]) -> dict[str, list[str]]:
    """For the summary on top: messages by field, each with the text that it is about."""
    return {
        f"text.{one.id}": [gettext("%(what)s: %(which)s", what=one.about, which=one.error)]
        for one in lines
        if one.error
    }


def tell_saved(count: int) -> None:
    """On the next page: how many texts are new."""
    if count:
        tell(ngettext("One text is saved.", "%(num)s texts are saved.", count))
    else:
        tell(gettext("Nothing was changed."))


@dataclass(frozen=True, slots=True)
class Paging:
    lines: list[Line]
    page: int
    pages: int


def page_of(lines: list[Line]) -> Paging:
    """The page that `?page=` asks for, or the nearest that there is."""
    pages = max(1, -(-len(lines) // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return Paging(lines[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages)
