"""Why a ticket is not taken, in the reader's language."""


class TicketRefused(Exception):
    """What was asked for is not done and nothing was changed. ``field`` is the field of the form it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
