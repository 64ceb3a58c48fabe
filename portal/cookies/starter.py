"""What every new tenant declares: the four necessary cookies that the portal itself sets."""

from uuid import uuid4

from portal.catalogues import marked
from portal.cookies.models import NECESSARY, Category, Cookie, Provider
from portal.database import db
from portal.languages import SOURCE
from portal.tenants.models import Tenant

PORTAL_PROVIDER = ("opendatasoft", "Opendatasoft")

CATEGORY_TEXTS = {
    NECESSARY: (
        marked("Necessary"),
        marked(
            "Without these cookies the portal cannot work: signing in, keeping your language, "
            "protecting forms and remembering your cookie choices. They are always on."
        ),
    ),
    "preferences": (
        marked("Preferences"),
        marked(
            "Remember how you like to use the portal, such as the way a map or a table is shown."
        ),
    ),
    "statistics": (
        marked("Statistics"),
        marked(
            "Count visits and show which pages are read, so that the portal can be improved. "
            "They are used only if you agree."
        ),
    ),
    "marketing": (
        marked("Marketing"),
        marked("Follow visits across websites in order to choose and measure advertising."),
    ),
}

STARTER_COOKIES = (
    (
        "sessionid", 2, "week",
        marked("Authentication (front and back office)"),
        marked("Remembers who has signed in from one page to the next."),
    ),
    (
        "django_language", 12, "month",
        marked("Language selection (front and back office)"),
        marked("Remembers the language that you chose."),
    ),
    (
        "csrftoken", 12, "month",
        marked("API, CSRF protection (front and back office)"),
        marked("Lets calls to the API fetch data safely, by proving that they come from this site."),
    ),
    (
        "cookies_preferences", 6, "month",
        marked("Choices about cookies"),
        marked("Remembers which cookies you accepted and which you refused."),
    ),
)  # fmt: skip


def declare(tenant: Tenant, optional: tuple[str, ...] = ("statistics",)) -> None:
    """Draft the starting list: the four cookies, `necessary` and the optional categories named."""
    for position, key in enumerate((NECESSARY, *optional)):
        title, description = CATEGORY_TEXTS[key]
        db.session.add(
            Category(
                tenant_id=tenant.id,
                key=key,
                position=position,
                title={SOURCE: title},
                description={SOURCE: description},
            )
        )
    key, name = PORTAL_PROVIDER
    db.session.add(Provider(tenant_id=tenant.id, key=key, name=name))
    db.session.flush()  # cookies refer to both
    for position, cookie in enumerate(STARTER_COOKIES):
        db.session.add(_cookie(tenant, position, *cookie))


def _cookie(
    tenant: Tenant, position: int, name: str, count: int, unit: str, function: str, purpose: str
) -> Cookie:
    return Cookie(
        tenant_id=tenant.id,
        id=uuid4(),
        category=NECESSARY,
        provider=PORTAL_PROVIDER[0],
        position=position,
        name=name,
        storage="cookie",
        lifetime_count=count,
        lifetime_unit=unit,
        function={SOURCE: function},
        purpose={SOURCE: purpose},
    )
