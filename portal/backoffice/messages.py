"""What was done, told on the next page."""

from flask import flash

GOOD, WARNING, ERROR = "good", "warning", "error"


def tell(text: str, kind: str = GOOD) -> None:
    flash(text, kind)
