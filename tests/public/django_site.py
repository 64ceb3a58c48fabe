"""A Django site with the languages of Paris: the oracle for language selection."""

from typing import Any

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
    SECRET_KEY="only for tests",
    USE_I18N=True,
)
django.setup()


def client() -> Client:
    return Client(SERVER_NAME=HOST)


def chosen(cookie: str | None, header: str, offered: tuple[str, ...], default: str) -> str:
    """The language that Django chooses for a visitor of a site with these languages."""
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    if cookie is not None:
        request.COOKIES["django_language"] = cookie
    languages: list[Any] = [(tag, tag) for tag in offered]
    with override_settings(LANGUAGES=languages, LANGUAGE_CODE=default):
        return get_language_from_request(request)
