"""The published policy as JSON."""

from typing import Any

from flask import jsonify, request
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import open_to_all
from portal.api.shapes import Policy, Problem
from portal.consent.receipts import timestamp
from portal.policy.current import current_language, current_policy
from portal.policy.document import DeclaredCategory, DeclaredCookie
from portal.policy.live import Version, live


@bp.get("/policy")
@describe(resp=Answers(HTTP_200=Policy, HTTP_404=Problem))
@open_to_all
def policy() -> Response:
    """The published cookie policy in one language

    In the language of `?lang=` if it is published, else in the visitor's.
    """
    current, language = current_policy(), current_language()
    version = live().version(current.tenant_id, current.number)
    response = Response() if _is_known(version, language) else jsonify(_policy(version, language))
    response.set_etag(_tag(version, language))
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response.make_conditional(request)


def _tag(version: Version, language: str) -> str:
    return f"{version.number}-{version.digest[:24]}-{language}"


def _is_known(version: Version, language: str) -> bool:
    return request.if_none_match.contains_weak(_tag(version, language))


def _policy(version: Version, language: str) -> dict[str, Any]:
    document = version.document
    return {
        "tenant": document.slug,
        "name": document.name,
        "hostname": document.hostname,
        "version": version.number,
        "digest": version.digest,
        "published_at": timestamp(version.published_at),
        "language": language,
        "languages": document.languages,
        "consent_days": document.consent_days,
        "controller": document.controller,
        "categories": [_category(one, language) for one in document.categories],
        "providers": document.providers,
    }


def _category(category: DeclaredCategory, language: str) -> dict[str, Any]:
    return {
        "key": category.key,
        "title": category.title[language],
        "description": category.description[language],
        "locked": category.key == "necessary",
        "fingerprint": category.fingerprint,
        "cookies": [_cookie(one, language) for one in category.cookies],
    }


def _cookie(cookie: DeclaredCookie, language: str) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "provider": cookie.provider,
        "function": cookie.function[language],
        "purpose": cookie.purpose[language],
        "lifetime": cookie.lifetime[language],
        "lifetime_count": cookie.lifetime_count,
        "lifetime_unit": cookie.lifetime_unit,
        "third_party": cookie.third_party,
        "storage": cookie.storage,
        "domain": cookie.domain,
        "path": cookie.path,
    }
