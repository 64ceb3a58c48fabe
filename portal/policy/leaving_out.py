"""A document without some of its languages."""

from dataclasses import replace

from portal.policy.document import DeclaredCategory, DeclaredCookie, Document, Texts

Tags = frozenset[str]


def leave_out(document: Document, languages: Tags) -> Document:
    """The same in its other languages; a passage that is in none of them is left out as well."""
    passages = {
        key: replace(one, html=_rest(one.html, languages)) for key, one in document.passages.items()
    }
    return replace(
        document,
        wordings=_rest(document.wordings, languages),
        categories=tuple(_category(one, languages) for one in document.categories),
        passages={key: one for key, one in passages.items() if one.url or one.html},
    )


def _category(category: DeclaredCategory, languages: Tags) -> DeclaredCategory:
    return replace(
        category,
        title=_rest(category.title, languages),
        description=_rest(category.description, languages),
        cookies=tuple(_cookie(one, languages) for one in category.cookies),
    )


def _cookie(cookie: DeclaredCookie, languages: Tags) -> DeclaredCookie:
    return replace(
        cookie,
        lifetime=_rest(cookie.lifetime, languages),
        function=_rest(cookie.function, languages),
        purpose=_rest(cookie.purpose, languages),
    )


def _rest(texts: Texts, languages: Tags) -> Texts:
    return {tag: text for tag, text in texts.items() if tag not in languages}
