"""Which keyword a text meets (6.4, 6.6). Dictionaries, so ten thousand rules cost what ten do. No Django here.

The order among several: priority first (1 before 9), then the whole text before its beginning before anywhere in it,
then the longer keyword, then a rule of the line before one of all lines, then the older rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

EXACT, FIRST_WORD, CONTAINS = range(3)


@dataclass(frozen=True, slots=True)
class Entry:
    """A keyword, folded, of a rule; ``line_id`` None is any line."""

    rule_id: int
    keyword: str
    match: int
    priority: int
    line_id: int | None

    @property
    def rank(self) -> tuple:
        return (self.priority, self.match, -len(self.keyword), self.line_id is None, self.rule_id)


@dataclass(slots=True)
class _Shelf:
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)

    def put(self, entry: Entry) -> None:
        self.entries.setdefault(entry.keyword, []).append(entry)
        self.lengths.add(len(entry.keyword))


class Matcher:
    """The keywords of an account."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._shelves = (_Shelf(), _Shelf(), _Shelf())
        for entry in entries:
            self._shelves[entry.match].put(entry)

    def candidates(self, text: str, line_id: int) -> list[Entry]:
        """The entries that ``text`` (folded) meets on this line, the one that goes first first; one a rule."""
        exact, first, contains = self._shelves
        found = list(exact.entries.get(text, ()))
        for length in first.lengths:
            if _is_word_end(text, length):
                found += first.entries.get(text[:length], ())
        for length in contains.lengths:
            for start in range(len(text) - length + 1):
                found += contains.entries.get(text[start : start + length], ())
        mine = sorted((entry for entry in found if entry.line_id in (None, line_id)), key=lambda entry: entry.rank)
        best: dict[int, Entry] = {}
        for entry in mine:
            best.setdefault(entry.rule_id, entry)
        return list(best.values())


def _is_word_end(text: str, length: int) -> bool:
    """Whether the first ``length`` characters are whole words; what is no letter or digit ends a word."""
    return len(text) >= length and (len(text) == length or not text[length].isalnum())
