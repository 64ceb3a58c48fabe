"""A Django site with the languages of Paris: it says what language selection should do."""

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import get_language, get_language_from_request
from django.views.i18n import set_language

HOST = "paris.example"
OFFERED = ("fr", "en", "ar")
DEFAULT = "fr"


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language())


urlpatterns = [path("i18n/setlang/", set_language), path("", page)]

settings.configure(
    ALLOWED_HOSTS=[HOST],
    LANGUAGES=[(tag, tag) for tag in OFFERED],
    LANGUAGE_CODE=DEFAULT,
    LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.locale.LocaleMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for tests only",
)
django.setup()


def client() -> Client:
    return Client(SERVER_NAME=HOST)


def chosen(
    cookie: str | None, header: str, offered: tuple[str, ...] = OFFERED, default: str = DEFAULT
) -> str:
    """The language that a Django site with these languages chooses for a visitor."""
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    if cookie is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    with override_settings(LANGUAGES=[(tag, tag) for tag in offered], LANGUAGE_CODE=default):
        return get_language_from_request(request)
