"""Reading what clients write: forms, JSON, repeated names, comma lists, JSON in forms, ``%uXXXX``, any letter case."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from common.phones import normalise_line
from common.text.folding import ascii_digits, clean

MOST_VALUES = 20_000
MOST_DIGITS = 18

_UNICODE_ESCAPES = re.compile(r"(?:%u[0-9A-Fa-f]{4})+")
_ABSENT = {"", "null"}


class Unreadable(Exception):
    """The request cannot be read as parameters at all."""


class Parameters:
    """The parameters of a request, names in any letter case. ``null`` and empty mean absent."""

    def __init__(self, values: dict[str, list]):
        self._values = values

    def __contains__(self, name: str) -> bool:
        """Whether the name was sent, even with nothing in it."""
        return name.lower() in self._values

    def raw(self, name: str) -> list:
        """Every value of a name as it came: text from forms, anything from JSON."""
        return self._values.get(name.lower(), [])

    def text(self, *names: str) -> str:
        """The first value of the first of these names that has one."""
        for value in self._each(names):
            if (text := as_text(value)) not in _ABSENT:
                return text
        return ""

    def word(self, *names: str) -> str:
        """A short value: outer space and letter case do not count, Persian digits are digits."""
        return ascii_digits(self.text(*names)).strip().lower()

    def items(self, *names: str) -> list[str]:
        """A list, however it was written: repeated names, ``a,b``, or JSON text; empty places are left out."""
        found = []
        for value in self._each(names):
            items = listed(value)
            pieces = as_text(value).split(",") if items is None else map(as_text, items)
            found += [piece.strip() for piece in pieces]
        return [piece for piece in found if piece not in _ABSENT]

    def texts(self, *names: str) -> list[str]:
        """A list of texts, whose commas are their own: repeated names or JSON text."""
        found = []
        for value in self._each(names):
            items = listed(value)
            found += [as_text(value)] if items is None else [as_text(item) for item in items]
        return found

    def _each(self, names: tuple[str, ...]) -> Iterator:
        for name in names:
            yield from self.raw(name)


def read(request: HttpRequest, *, query: bool = True) -> Parameters:
    """The body's parameters and, with ``query``, those of the query string that the body does not name.

    Raises Unreadable.
    """
    try:
        values = _body(request)
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError) as error:
        raise Unreadable(type(error).__name__) from error
    if query:
        asked = _form(request.META.get("QUERY_STRING", ""))
        values = asked | values
    return Parameters(values)


def _body(request: HttpRequest) -> dict[str, list]:
    if request.content_type == "multipart/form-data":
        return _gathered((name, value) for name, values in request.POST.lists() for value in values)
    text = request.body.decode("utf-8", "replace")
    if request.content_type.endswith("json") or text.lstrip()[:1] == "{":
        return _object(text)
    return _form(text)


def _object(text: str) -> dict[str, list]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise Unreadable("JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("JSON")
    return {name.lower(): [value] for name, value in found.items() if value is not None}


def _form(text: str) -> dict[str, list]:
    return _gathered((unquote_plus(name), _value(value)) for name, value in _pairs(_percent_escaped(text)))


def _percent_escaped(text: str) -> str:
    """``%u0633`` as UTF-8 in percents: .NET's UrlEncodeUnicode writes UTF-16 units so."""

    def escape(found: re.Match) -> str:
        octets = bytes.fromhex(found[0].replace("%u", ""))
        return quote(octets.decode("utf-16-be", "replace"), safe="")

    return _UNICODE_ESCAPES.sub(escape, text)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """``name=value`` of a form. JSON that was put in unescaped (C# sendarray) may hold & in its strings."""
    pieces = text.split("&")
    if len(pieces) > MOST_VALUES:
        raise Unreadable("values")
    place = 0
    while place < len(pieces):
        name, equals, value = pieces[place].partition("=")
        place += 1
        if value[:2] == '["':
            first, whole = place, value
            while not _is_json(whole) and place < len(pieces) and place - first < 200:
                whole, place = f"{whole}&{pieces[place]}", place + 1
            if _is_json(whole):
                value = whole
            else:
                place = first
        if equals:
            yield name, value


def _value(value: str) -> str:
    """Unescaped; but JSON that stands there unescaped is taken as it is, its + and % are meant."""
    return value if value[:2] == '["' and _is_json(value) else unquote_plus(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _gathered(pairs) -> dict[str, list]:
    values: dict[str, list] = {}
    for name, value in pairs:
        values.setdefault(name.lower().removesuffix("[]"), []).append(value)  # PHP writes to[]=…&to[]=…
    return values


def listed(value) -> list | None:
    """The items of a JSON list, given as one or as text; None for anything else."""
    found = structure(value)
    return found if isinstance(found, list) else None


def structure(value) -> list | dict | None:
    """A JSON list or object, given as one or as text; None for anything else."""
    if isinstance(value, list | dict):
        return value
    if not isinstance(value, str) or not value.strip().startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def as_text(value) -> str:
    """A parameter as the text that a form would carry, fit for storing."""
    match value:
        case str():
            return clean(value)
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float():
            return str(value)
    return clean(json.dumps(value, ensure_ascii=False))


def number(text: str) -> int | None:
    """A whole number of at most 18 digits, or None."""
    text = ascii_digits(text).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def truth(value, default: bool) -> bool | None:
    """0/1, true/false as text, number or JSON; ``default`` where absent; None for anything else."""
    word = ascii_digits(as_text(value)).strip().lower()
    if word in _ABSENT:
        return default
    return {"1": True, "true": True, "0": False, "false": False}.get(word)


def line_numbers(written: str) -> list[str]:
    """How a line that a client writes may stand in our table, the likeliest first: +98…, 0098…, 98…, 0… or bare."""
    digits = normalise_line(written)
    if digits is None:
        return []
    bare = digits.removeprefix("98") if len(digits) > 6 else digits
    bare = bare.lstrip("0")
    return list(dict.fromkeys([digits, bare, f"98{bare}", f"0{bare}"]))
