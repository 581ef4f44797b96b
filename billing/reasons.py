"""Why money moved, in words. An app names the reasons that it gives when it is ready."""

from billing.models import LedgerEntry

_LABELS: dict[str, str] = {}


def name_reasons(labels: dict[str, str]) -> None:
    """Give codes in ``LedgerEntry.reason`` the (lazily translated) words that people read."""
    _LABELS.update(labels)


def reason_of(entry: LedgerEntry) -> str:
    """Why the entry was made: the words of its code, a note by staff in full, or what kind of movement it is."""
    note = entry.details.get("note")
    return str(note or _LABELS.get(entry.reason) or entry.reason or entry.get_kind_display())
