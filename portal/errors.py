"""Errors become answers here: a page for people, a problem document (RFC 9457) for programs."""

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from portal.api.door import PREFIX
from portal.catalogues import gettext
from portal.languages import AVAILABLE, SOURCE, choose, language
from portal.policy.current import LANGUAGE_COOKIE, current_language
from portal.problems import Problem, problem_of

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
    g.language = _language()
    wants_json = request.path.startswith(f"{PREFIX}/")
    response = _document(problem) if wants_json else _page(problem)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = g.language
    response.headers["Vary"] = "Accept-Language, Cookie"
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
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


def _document(problem: Problem) -> Response:
    body = {
        "type": "about:blank",
        "title": gettext(problem.title),
        "status": problem.status,
        "detail": gettext(problem.detail),
        "code": problem.code,
        "errors": [{"pointer": where, "detail": what} for where, what in problem.errors],
    }
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, problem.status, mimetype="application/problem+json")


def _page(problem: Problem) -> Response:
    html = render_template(
        "errors/error.html",
        title=gettext(problem.title),
        detail=gettext(problem.detail),
        status=problem.status,
        language=language(g.language),
    )
    return Response(html, problem.status)
