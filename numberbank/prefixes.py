"""The prefix of a number as a value of a bitmap: 0935 is 935, 09990 is 9990. The longest prefix known wins."""

import numpy as np

from common.phones import FIRST
from numbers.models import Prefix

_DIGITS = 6  # national digits, 9 and five more, that tell prefixes apart
_PLACES = 10 ** (_DIGITS - 1)
_NUMBERS_IN_PLACE = 10 ** (10 - _DIGITS)


def prefix_table() -> np.ndarray:
    """int32[100_000]: the prefix by the first six national digits less 900000; where none is known, three digits."""
    table = (np.arange(_PLACES) // 1000 + 900).astype(np.int32)
    for prefix in sorted(Prefix.objects.values_list("prefix", flat=True), key=len):
        national = prefix[1:]
        width = 10 ** (_DIGITS - len(national))
        first = int(national) * width - 9 * _PLACES
        table[first : first + width] = int(national)
    return table


def prefixes_of(msisdns: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The prefix values of numbers (989…, int64)."""
    return table[(msisdns - FIRST) // _NUMBERS_IN_PLACE]


def written(value: int) -> str:
    """0935"""
    return f"0{value}"
