"""The cookie list as the API takes and gives it. What values may hold is the list's own rule."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CategoryKey = Literal["necessary", "preferences", "statistics", "marketing"]
Match = Literal["exact", "prefix", "pattern"]
Storage = Literal["any", "cookie", "local_storage", "session_storage"]
Unit = Literal["session", "minute", "hour", "day", "week", "month", "year"]
Texts = dict[str, str]

IN_LANGUAGES = "By BCP 47 tag; an empty text takes the translation away"
MOST_IN_ORDER = 5000


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


def left_out(description: str | None = None) -> Any:
    """A member that may be left out, which is not the same as being null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


class Asked(BaseModel):
    """What comes in: no other members, no other types."""

    model_config = ConfigDict(extra="forbid", strict=True)

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class CategoryItem(BaseModel):
    key: CategoryKey
    title: Texts
    description: Texts


class CategoryList(BaseModel):
    items: list[CategoryItem]


class NewCategory(Asked):
    """One of those that the list lacks, with the built-in texts."""

    key: CategoryKey


class CategoryChange(Asked):
    """What is left out stays as it is."""

    title: Texts = left_out(IN_LANGUAGES)
    description: Texts = left_out(IN_LANGUAGES)


class CategoryOrder(Asked):
    categories: list[CategoryKey] = Field(
        max_length=4, description="These come first, in this order; necessary is always the first"
    )


class ProviderItem(BaseModel):
    key: str
    name: str
    privacy_url: str


class ProviderList(BaseModel):
    items: list[ProviderItem]


class ProviderChange(Asked):
    """What is left out stays as it is."""

    name: str = left_out()
    privacy_url: str = left_out("An http or https address, or nothing")


class NewProvider(ProviderChange):
    name: str
    key: str = left_out("Small letters, digits and hyphens; made from the name if left out")


class CookieItem(BaseModel):
    id: UUID
    name: str
    match: Match
    category: CategoryKey
    provider: str
    storage: Storage
    domain: str
    path: str
    third_party: bool
    http_only: bool
    exempt_measurement: bool
    lifetime_count: int
    lifetime_unit: Unit
    function: Texts
    purpose: Texts


class CookieList(BaseModel):
    """Category by category, each in its order."""

    items: list[CookieItem]


class CookieChange(Asked):
    """What is left out stays as it is."""

    name: str = left_out("The name, or a pattern for several")
    match: Match = left_out("How the name is compared; `*` in a pattern is any text")
    category: CategoryKey = left_out()
    provider: str = left_out("The key of a provider of the list")
    storage: Storage = left_out("Where the browser keeps it; `any` if that is not known")
    domain: str = left_out("Empty for the portal's own hostname")
    path: str = left_out()
    third_party: bool = left_out()
    http_only: bool = left_out()
    exempt_measurement: bool = left_out("Audience measurement that needs no consent")
    lifetime_count: int = left_out("Nought for a session")
    lifetime_unit: Unit = left_out()
    function: Texts = left_out(IN_LANGUAGES)
    purpose: Texts = left_out(IN_LANGUAGES)


class NewCookie(CookieChange):
    name: str
    category: CategoryKey
    provider: str
    purpose: Texts = Field(description=IN_LANGUAGES)


class CookieOrder(Asked):
    cookies: list[UUID] = Field(
        max_length=MOST_IN_ORDER,
        description="The category begins with these in this order; those of others move into it",
    )
