"""What an explanation is made of: sections of groups of facts, for a page, a terminal and a program alike."""

from dataclasses import dataclass, field
from datetime import datetime

from common import showing


@dataclass(frozen=True, slots=True)
class Fact:
    """``name`` and ``value`` for programs, ``label`` and ``shown`` for people. ``is_code`` reads from left to right."""

    name: str
    label: str
    value: object
    shown: str
    is_code: bool = False


@dataclass(slots=True)
class Section:
    """Groups of facts of one kind: each attempt, each receipt, each rial. ``note`` says what is not certain."""

    code: str
    title: str
    groups: list[list[Fact]] = field(default_factory=list)
    note: str = ""

    def add(self, *facts: Fact | None) -> None:
        self.groups.append([fact for fact in facts if fact is not None])


def fact(name: str, label: str, value: object, shown: str | None = None, *, is_code: bool = False) -> Fact | None:
    """A fact; None where there is nothing to say. Moments and numbers are shown as pages show them."""
    if value is None or value == "":
        return None
    if shown is None:
        if isinstance(value, datetime):
            shown = f"{showing.day(value)} {showing.clock(value, seconds=True)}"
        else:
            is_number = isinstance(value, int) and not isinstance(value, bool) and not is_code
            shown = showing.number(value) if is_number else str(value)
    return Fact(name, label, value, shown, is_code)


def as_json(sections: list[Section]) -> dict:
    """{section: [{fact: value}]}; a note is {"note": …} at the end. Times are RFC 3339, money is integer rials."""
    document = {}
    for section in sections:
        rows = [{one.name: _plain(one.value) for one in group} for group in section.groups]
        document[section.code] = rows + ([{"note": section.note}] if section.note else [])
    return document


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
