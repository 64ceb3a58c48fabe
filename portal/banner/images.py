"""Why an upload cannot be a logo."""

from portal.catalogues import said

LARGEST = 200 * 1024  # bytes
LONGEST_SIDE = 2000  # pixels; a small file can unpack to many of them
LONGEST_NAME = 40  # characters that are repeated of what somebody sent


class LogoRefused(ValueError):
    """An upload cannot be a logo. The message is English, for the catalogue of the back office."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values)
        self.message, self.values = message, values


class TooLarge(LogoRefused):
    def __init__(self) -> None:
        message = said("The image is too large: use one of at most %(largest)s KB.")
        super().__init__(message, largest=LARGEST // 1024)


class UnknownFormat(LogoRefused):
    def __init__(self) -> None:
        super().__init__(said("This is no PNG, JPEG, WebP, GIF or SVG image, or a broken one."))


class BadDimensions(LogoRefused):
    def __init__(self) -> None:
        message = said("Use an image of at most %(longest)s pixels a side.")
        super().__init__(message, longest=LONGEST_SIDE)


class ForbiddenContent(LogoRefused):
    """A drawing that holds more than shapes and colours; `what` is the first such thing."""

    def __init__(self, what: str) -> None:
        message = said(
            "A drawing may hold nothing but shapes and colours, and this one holds %(what)s. "
            "Save it as plain SVG, or as PNG."
        )
        super().__init__(message, what=what[:LONGEST_NAME])


def check_size(width: float, height: float) -> None:
    """Raises BadDimensions, also for what is no number."""
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise BadDimensions
