"""Whom a send is meant for: criteria, and which of those who meet them. Plain data, kept as JSON with a campaign."""

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum


class Choice(StrEnum):
    """Broadcast (همگانی), or selective (انتخابی): sequential (ترتیبی) or random (تصادفی)."""

    ALL = "all"
    ROWS = "rows"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Places are alternatives to one another, so are the values of any other field; the fields must all hold.

    ``guilds`` holds trades and groups of trades, ``prefixes`` values of numberbank.prefixes, ``postal`` ranges of the
    first five digits, both ends included.
    """

    provinces: tuple[int, ...] = ()
    cities: tuple[int, ...] = ()
    districts: tuple[int, ...] = ()
    suburbs: tuple[int, ...] = ()
    guilds: tuple[int, ...] = ()
    prefixes: tuple[int, ...] = ()
    genders: tuple[int, ...] = ()
    postal: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def as_json(self) -> dict:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, stored: dict) -> "Criteria":
        """From ``as_json``'s answer; unknown fields are left out."""
        known = {one.name for one in fields(cls)}
        values = {name: tuple(values) for name, values in stored.items() if name in known}
        if "postal" in values:
            values["postal"] = tuple((int(first), int(last)) for first, last in values["postal"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Target:
    """``first`` and ``last`` count the matching rows from 1 (sequential); ``amount`` and ``seed`` belong to random:
    the same seed chooses the same numbers while the bank stays as it is. ``reached_days`` leaves out those whom the
    account wrote to in as many days."""

    criteria: Criteria = field(default_factory=Criteria)
    choice: Choice = Choice.ALL
    first: int = 0
    last: int = 0
    amount: int = 0
    seed: int = 0
    reached_days: int | None = None
    mode: str = ""

    def as_json(self) -> dict:
        return asdict(self) | {"criteria": self.criteria.as_json(), "choice": str(self.choice)}

    @classmethod
    def of(cls, stored: dict) -> "Target":
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        values["criteria"] = Criteria.of(stored.get("criteria", {}))
        values["choice"] = Choice(stored.get("choice", Choice.ALL))
        return cls(**values)

    def size(self, matching: int) -> int:
        """How many it takes of ``matching`` subscribers."""
        if self.choice is Choice.ROWS:
            return max(0, min(self.last, matching) - self.first + 1)
        return min(self.amount, matching) if self.choice is Choice.RANDOM else matching
