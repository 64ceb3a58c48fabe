"""The columns of an exchanged cookie list, with their meaning: the same in CSV and in JSON."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.catalogues import said
from portal.cookies.models import CATEGORIES, MATCHES, STORAGES, UNITS


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    about: str
    example: str
    required: bool = False


COLUMNS = (
    Column("category", said("Which category the cookie is in."), "statistics", required=True),
    Column(
        "provider",
        said("A short key of who sets the cookie. A new key adds a provider."),
        "matomo",
        required=True,
    ),
    Column("provider_name", said("The provider’s name. Empty leaves it as it is."), "Matomo"),
    Column(
        "provider_privacy_url",
        said("The provider’s privacy policy. Empty leaves it as it is."),
        "https://matomo.org/privacy-policy/",
    ),
    Column("name", said("The cookie’s name, or a pattern for several."), "_pk_id", required=True),
    Column("match", said("How the name is compared; * in a pattern is any text."), "prefix"),
    Column(
        "storage",
        said("Where the browser keeps it. Empty is any: it is sought everywhere."),
        "cookie",
    ),
    Column("domain", said("The cookie’s domain. Empty is the portal’s own hostname."), ""),
    Column("path", said("The cookie’s path. Empty is /."), "/"),
    Column("third_party", said("Whether another site sets it: yes or no. Empty is no."), "no"),
    Column("http_only", said("Whether scripts cannot read it: yes or no. Empty is no."), "no"),
    Column(
        "exempt_measurement",
        said("Whether it measures the audience without needing consent. Empty is no."),
        "no",
    ),
    Column("lifetime_count", said("How long it is kept, a whole number."), "13", required=True),
    Column("lifetime_unit", said("The unit of that number."), "month", required=True),
)

TEXT_COLUMNS = (  # one for each language, such as `purpose.fr`
    Column("function", said("What the cookie does and where."), said("Audience measurement")),
    Column("purpose", said("What it is for, in a sentence."), said("Tells visits apart.")),
)

CHOICES = {"category": CATEGORIES, "match": MATCHES, "storage": STORAGES, "lifetime_unit": UNITS}
FIXED = tuple(one.name for one in COLUMNS)
REQUIRED = tuple(one.name for one in COLUMNS if one.required)


def column_names(languages: Iterable[str]) -> list[str]:
    """The header of a list in these languages."""
    tags = list(languages)
    return [*FIXED, *(f"{one.name}.{tag}" for one in TEXT_COLUMNS for tag in tags)]
