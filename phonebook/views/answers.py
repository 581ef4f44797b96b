"""What the pages of the phonebook share."""

from collections.abc import Callable, Iterator

from django import forms
from django.utils.translation import get_language, override

from phonebook.refusals import PhonebookRefused


def key(written: str | None) -> int:
    """An id as a form carries it; 0 for what is none."""
    written = written or ""
    return int(written) if len(written) <= 18 and written.isascii() and written.isdecimal() else 0


def done(form: forms.Form, service: Callable[[], object]) -> bool:
    """Whether the form was good and the service took it; a refusal stands at its field."""
    if not form.is_valid():
        return False
    try:
        service()
    except PhonebookRefused as refusal:
        field = refusal.field.replace("values.", "field_")
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True


def in_language(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a streamed file, made in the reader's language although the request is over by then."""
    return _in_language(pieces, get_language())


def _in_language(pieces: Iterator[bytes], language: str) -> Iterator[bytes]:
    while True:
        with override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
