"""What the API takes and gives: checked, and written into its description, from one declaration."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

DecisionWord = Literal["accept_all", "reject_all", "save", "withdraw"]
Surface = Literal["banner", "preference_centre", "placeholder", "api", "form"]
Timestamp = Annotated[
    str, Field(description="RFC 3339, UTC", json_schema_extra={"format": "date-time"})
]


class ConsentRequest(BaseModel):
    """A visitor's decision on a published version."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision: DecisionWord
    accepted: list[str] = Field(
        default=[],
        max_length=16,
        description="With `save` alone: the categories accepted; all others are rejected.",
    )
    policy: int = Field(ge=1, le=2**31 - 1, description="Number of the version that was shown")
    language: str | None = Field(default=None, max_length=35, description="BCP 47 tag")
    surface: Surface = Field(default="api", description="Where the decision was made")
    idempotency_key: UUID | None = Field(
        default=None,
        description="A key of the client's choice: the same key stores one record",
    )
    consent_id: UUID | None = Field(
        default=None,
        description="From another site of the tenant: the number under which it knows the browser",
    )
    gpc: bool = Field(
        default=False,
        description="From another site of the tenant: whether its page saw Global Privacy Control",
    )
    page: str = Field(
        default="/",
        max_length=8192,
        pattern="^/",
        description="From another site of the tenant: the path of the page",
    )


class Receipt(BaseModel):
    """One record of the log: what was decided, about what, when, and until when it counts."""

    id: UUID
    tenant: str
    consent_id: UUID
    previous: UUID | None
    policy: int
    language: str
    decision: DecisionWord
    accepted: list[str]
    rejected: list[str]
    surface: Surface
    gpc: bool
    page: str | None
    given_at: Timestamp
    valid_until: Timestamp


class CookieShape(BaseModel):
    name: str
    provider: str
    function: str
    purpose: str
    lifetime: str = Field(description="In words; empty for a session cookie")
    lifetime_count: int
    lifetime_unit: str
    third_party: bool
    storage: str = Field(description="Where the browser keeps it; `any` where nobody has said")
    domain: str
    path: str


class CategoryShape(BaseModel):
    key: str
    title: str
    description: str
    locked: bool = Field(description="Always on")
    fingerprint: str
    cookies: list[CookieShape]


class ProviderShape(BaseModel):
    key: str
    name: str
    privacy_url: str


class ControllerShape(BaseModel):
    name: str
    address: str
    email: str
    dpo_email: str
    authority: str
    authority_url: str


class Policy(BaseModel):
    """The published policy in one language."""

    tenant: str
    name: str
    hostname: str
    version: int
    digest: str = Field(description="SHA-256 of the canonical form (RFC 8785) of the version")
    published_at: Timestamp
    language: str
    languages: list[str]
    consent_days: int
    controller: ControllerShape
    categories: list[CategoryShape]
    providers: list[ProviderShape]


class FieldError(BaseModel):
    pointer: str = Field(description="JSON pointer to the member that is wrong")
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = Field(description="A word for programs")
    errors: list[FieldError] = []
