"""What the services of the phonebook raise when they refuse."""


class PhonebookRefused(Exception):
    """What was asked cannot be done; the message says why in the reader's language, ``field`` where it was typed."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)
