"""A file of either form as rows."""

from collections.abc import Iterator

from portal.catalogues import said
from portal.cookies.exchange import structured, tabular
from portal.cookies.exchange.files import Row, bad_file, decoded


def rows_of(content: bytes) -> Iterator[Row]:
    """What a file says, as CSV or JSON, whichever it is; raises BadFile."""
    text = decoded(content)
    if not text.strip():
        raise bad_file(said("The file is empty."))
    return structured.rows(text) if is_json(text) else tabular.rows(text)


def is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))
