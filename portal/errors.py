"""Errors become answers here: a page for people, a problem document (RFC 9457) for programs."""

import json
from http import HTTPStatus
from types import TracebackType

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from portal.api.door import PREFIX
from portal.api.refusals import refusal_of
from portal.catalogues import marked, translations
from portal.counting.counts import counts
from portal.counting.metrics import Counter
from portal.languages import AVAILABLE, SOURCE, choose, language
from portal.policy.current import LANGUAGE_COOKIE, current_language
from portal.problems import CODES, UNAVAILABLE, Problem, problem_of
from portal.requests import FAILURE, door
from portal.sending_again import form_again

DECIDING = frozenset({"api.decide", "public.decide_by_form"})
REFUSED = Counter(
    "portal_decisions_refused",
    "Decisions refused, by door and by the code of the problem",
    door=("api", "public"),
    code=CODES,
)

ErrorInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, answer)
    app.log_exception = _remember  # type: ignore[method-assign]  # Flask would log the address


def _remember(exc_info: ErrorInfo) -> None:
    request.environ[FAILURE] = exc_info[1]


def answer(error: Exception) -> Response:
    problem = refusal_of(error) or problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request.environ.setdefault(FAILURE, error)
    if request.endpoint in DECIDING:
        counts().add(REFUSED, door(request.environ), problem.code)
    g.language = _language()
    wants_json = request.path.startswith(f"{PREFIX}/")
    response = _document(problem) if wants_json else _page(problem)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = g.language
    response.headers["Vary"] = "Accept-Language, Cookie"
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.challenge:
        response.headers["WWW-Authenticate"] = problem.challenge
    if isinstance(error, HTTPException) and (allowed := dict(error.get_headers()).get("Allow")):
        response.headers["Allow"] = allowed
    return response


def _language() -> str:
    """The visitor's language, also where there is no tenant or no database to ask."""
    try:
        return current_language()
    except Exception:  # noqa: BLE001  whatever went wrong, the answer needs a language
        cookie, header = (
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("Accept-Language", ""),
        )
        return choose(cookie, header, AVAILABLE, SOURCE)


def _texts(problem: Problem) -> tuple[str, str]:
    """Title and detail."""
    gettext = translations(g.language, problem.domain).gettext
    detail = gettext(problem.detail)
    return gettext(problem.title), detail % problem.values if problem.values else detail


def _document(problem: Problem) -> Response:
    title, detail = _texts(problem)
    body = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "code": problem.code,
        "errors": [{"pointer": where, "detail": what} for where, what in problem.errors],
    }
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, problem.status, mimetype="application/problem+json")


def _page(problem: Problem) -> Response:
    """Without what a door adds to its own pages: it may be what failed."""
    title, detail = _texts(problem)
    html = current_app.jinja_env.get_template("errors/error.html").render(
        title=title,
        detail=detail,
        status=problem.status,
        language=language(g.language),
        again=form_again() if problem is UNAVAILABLE else None,
        try_again=translations(g.language).gettext(marked("Try again")),
    )
    return Response(html, problem.status)
