"""How arguments become a query or a body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Moment = datetime | str


def moment(at: Moment | None) -> str | None:
    """RFC 3339. Raises ValueError for a time without an offset, which could mean any hour."""
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone: give datetime(..., tzinfo=...).")
    return at.isoformat()


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are not None, times written out; what is left out takes the platform's default."""
    return {
        name: moment(value) if isinstance(value, datetime) else value
        for name, value in members.items()
        if value is not None
    }


def asked(filters: Mapping[str, Any]) -> dict[str, Any]:
    """A query; ``since`` is called ``from`` there, a word that Python keeps for itself."""
    query = given(filters)
    if "since" in query:
        query["from"] = query.pop("since")
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
