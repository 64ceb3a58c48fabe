"""Drafts, versions and what differs between them, as the API takes and gives them."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from portal.api.list_shapes import Asked, left_out
from portal.api.queries import LARGEST_NUMBER, Number, Page, Query
from portal.api.shapes import Timestamp

Value = str | int | bool | None


class ChangeItem(BaseModel):
    action: Literal["added", "changed", "removed"]
    kind: str = Field(description="What it is about, such as `cookie`")
    name: str = Field(description="Which of them, as people know it")
    field: str = Field(description="What of it, in English; empty for all of it")
    language: str = Field(description="In which language the text is; empty for none")
    before: Value
    after: Value


class Changes(BaseModel):
    since: int | None = Field(description="The version before; null if there is none")
    items: list[ChangeItem]


class TextItem(BaseModel):
    """A text that visitors of a language would miss, or read as it was before."""

    kind: str
    key: str
    name: str
    field: str
    state: Literal["missing", "stale"]
    source: str


class LanguageItem(BaseModel):
    total: int
    translated: int
    missing: int
    stale: int
    texts: list[TextItem] = Field(description="Those that are missing or stale")


class FindingItem(BaseModel):
    cookie: str
    name: str
    field: str
    detail: str
    wrong: bool = Field(description="False for what is only worth a look")


class ForecastItem(BaseModel):
    """What publishing would ask of those who have decided."""

    decisions: int
    asked: int
    categories: dict[str, int]


class Draft(BaseModel):
    digest: str = Field(description="Names the draft; say it as `seen` when you publish")
    version: int | None = Field(description="The version in force, which `changes` compares with")
    languages: dict[str, LanguageItem]
    findings: list[FindingItem]
    changes: list[ChangeItem]
    forecast: ForecastItem | None


class Publication(Asked):
    note: str = Field(default="", max_length=500, description="What is new and why")
    without: list[str] = Field(
        default=[], max_length=100, description="Languages to leave out of this version"
    )
    seen: str = left_out("The digest of the draft that you looked at; another one is not published")


class VersionItem(BaseModel):
    number: int
    digest: str
    published_at: Timestamp
    published_by: str
    note: str


class VersionList(BaseModel):
    items: list[VersionItem] = Field(description="The newest first")
    next: str | None = Field(description="Where the list goes on")


class WholeVersion(VersionItem):
    document: dict[str, Any] = Field(
        description="All that visitors see; `digest` is the SHA-256 of its canonical form"
    )


class VersionPage(Page):
    before: Number = Field(
        default=LARGEST_NUMBER, ge=1, le=LARGEST_NUMBER, description="Only versions before it"
    )


class Comparison(Query):
    since: Number | None = Field(
        default=None, ge=1, le=LARGEST_NUMBER, description="Default: the version before"
    )
