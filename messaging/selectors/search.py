"""Looking for a mobile number of which somebody wrote all, the beginning, or the last digits."""

from django.db.models import F, Q
from django.db.models.lookups import Exact

from common.phones import normalise
from common.text import ascii_digits

NATIONAL_DIGITS = 10
_COUNTRY = 98 * 10**NATIONAL_DIGITS


def matching_number(written: str, field: str = "msisdn") -> Q:
    """A condition on a column of numbers (989…): equal, beginning with, or, where what was written cannot be a
    beginning, ending with it. Without a digit, nothing matches.

    Equal and beginning are ranges, so an index on the column serves them.
    """
    whole = normalise(written)
    if whole is not None:
        return Q(**{field: whole})
    digits = "".join(character for character in ascii_digits(written) if character.isascii() and character.isdecimal())
    beginning = _national_beginning(digits)
    if not digits or len(beginning or digits) > NATIONAL_DIGITS:
        return Q(pk__in=[])
    if beginning:
        size = 10 ** (NATIONAL_DIGITS - len(beginning))
        first = _COUNTRY + int(beginning) * size
        return Q(**{f"{field}__gte": first, f"{field}__lt": first + size})
    return Q(Exact(F(field) % 10 ** len(digits), int(digits)))


def _national_beginning(digits: str) -> str | None:
    for prefix in ("0098", "98", "0", ""):
        if digits.startswith(prefix + "9"):
            return digits.removeprefix(prefix)
    return None
