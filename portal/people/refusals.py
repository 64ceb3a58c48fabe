"""Why something about people is refused: a text for the catalogue of the back office."""

from portal.catalogues import said


class Refused(ValueError):
    """What was asked cannot be done; `message % values` says why and what to do, in English."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class PersonError(Refused):
    """Something about an account."""


class BadPassword(PersonError):
    """The password cannot be used."""


class MemberError(Refused):
    """Something about who belongs to a tenant."""


class LastOwner(MemberError):
    """A tenant always keeps an owner."""


class NoSuchMember(MemberError):
    """Nobody of that kind belongs to the tenant; whether to another does not matter."""


class NoInvitation(MemberError):
    """The link is wrong, too old, or of an invitation that was withdrawn or accepted."""


class TokenError(Refused):
    """A token cannot be made like this; `field` says where it can be mended."""

    def __init__(self, field: str, message: str, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class NoSuchToken(TokenError):
    """The tenant has no such token; whether another has does not matter."""

    def __init__(self) -> None:
        super().__init__("id", said("There is no such token."))
