"""Files of millions of rows into the bank (3.6): batch by batch, each committed with its checkpoint.

A process killed at any point loses at most the batch it was in; whoever takes the load over reads on from the
checkpoint. The bitmaps follow at the end, segment by segment, and what is counted is the old picture until then.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from common import uploads
from common.tables import Kind, Table, TableError, guess_phone_column, open_table
from common.text import fold
from numberbank import bitmaps
from numberbank.models import Load, Reject
from numberbank.rows import each_once, mark_changed, read, store
from numberbank.words import Field, Words

LEASE = timedelta(minutes=1)
LONGEST_CELL = 100
FOLDER = "number-bank"

_NAMES = {
    Field.PROVINCE: ("استان", "province", "state"),
    Field.CITY: ("شهر", "city", "شهرستان", "town"),
    Field.DISTRICT: ("منطقه", "منطقه شهرداری", "district", "region"),
    Field.SUBURB: ("حومه", "suburb"),
    Field.GUILD: ("صنف", "اصناف", "guild", "trade", "شغل", "job"),
    Field.GENDER: ("جنسیت", "جنس", "gender", "sex"),
    Field.POSTAL: ("کد پستی", "کدپستی", "postal", "postal code", "postcode", "zip"),
}


class LoadRefused(Exception):
    """What was asked of a load cannot be done; ``str(error)`` says why, in the reader's language."""


class LoadTaken(Exception):
    """Another process works on this load; this one must stop."""


def guess_columns(table: Table) -> dict[Field, int]:
    """Which columns of a file hold what, by their names and, for the number, by what stands in them."""
    found: dict[Field, int] = {}
    names = [fold(name) for name in table.columns] if table.has_header else []
    for field, words in _NAMES.items():
        known = {fold(word) for word in words}
        place = next((place for place, name in enumerate(names) if name in known), None)
        if place is not None:
            found[field] = place
    number = guess_phone_column(table)
    if number is not None and number not in found.values():
        found[Field.NUMBER] = number
    return found


def start_load(
    *, path: str, filename: str, columns: Mapping[Field, int] | None, by: User | None = None, now: datetime
) -> Load:
    """Note a file to be loaded: waiting with its columns, or without them until ``set_columns``. Raises TableError.

    ``path`` is absolute, or a name of common.uploads.
    """
    table = open_table(file_of(path), filename)
    load = Load.objects.create(path=path, filename=filename, created_by=by, created_at=now, rows_total=_lines(table))
    if columns is not None:
        set_columns(load=load, columns=columns, by=by)
    return load


def set_columns(*, load: Load, columns: Mapping[Field, int], by: User | None = None) -> None:
    """Say which columns hold what; the load may begin. Raises LoadRefused."""
    width = open_table(file_of(load.path), load.filename).width
    _check_columns(columns, width)
    with transaction.atomic():
        started = Load.objects.filter(pk=load.pk, state=Load.State.MAPPING).update(
            state=Load.State.WAITING, columns={str(field): int(place) for field, place in columns.items()}
        )
        if not started:
            raise LoadRefused(_("The columns of this file were chosen already."))
        record(action="bank.load_started", user=by, target=load.filename, details={"load": load.pk})
    load.refresh_from_db()


def _check_columns(columns: Mapping[Field, int], width: int) -> None:
    if Field.NUMBER not in columns:
        raise LoadRefused(_("Choose the column that holds the mobile numbers."))
    if len(set(columns.values())) != len(columns):
        raise LoadRefused(_("Two fields have the same column. Choose a column of its own for each."))
    if any(not 0 <= place < width for place in columns.values()):
        raise LoadRefused(_("The file has no such column."))


def cancel_load(*, load: Load, by: User | None = None) -> None:
    """Stop; what is committed stays in the bank. Raises LoadRefused when it has ended already."""
    states = [Load.State.MAPPING, Load.State.WAITING, Load.State.LOADING]
    with transaction.atomic():
        if not Load.objects.filter(pk=load.pk, state__in=states).update(
            state=Load.State.CANCELLED, finished_at=timezone.now()
        ):
            raise LoadRefused(_("This load has ended already."))
        record(action="bank.load_cancelled", user=by, target=load.filename, details={"load": load.pk})


def file_of(path: str) -> Path:
    """The file of a load. Raises common.uploads.UploadGone."""
    found = Path(path)
    if not found.is_absolute():
        return uploads.path_of(path)
    if not found.is_file():
        raise uploads.UploadGone
    return found


def unfinished(*, now: datetime) -> list[int]:
    """Loads that wait, or whose worker was lost."""
    waiting = Load.objects.filter(state=Load.State.WAITING)
    lost = Load.objects.filter(state__in=[Load.State.LOADING, Load.State.INDEXING], lease_until__lt=now)
    return sorted({*waiting.values_list("pk", flat=True), *lost.values_list("pk", flat=True)})


def run(
    load_id: int, *, now: datetime, by_force: bool = False, tell: Callable[[Load], None] = lambda load: None
) -> Load | None:
    """Work on a load until it has ended. None when another process does, or there is nothing to do.

    ``by_force`` takes it from a process that is known to be dead. ``tell`` is called after each batch.
    """
    load = _claim(load_id, now=now, by_force=by_force)
    if load is None:
        return None
    try:
        if load.state == Load.State.LOADING:
            _read_rows(load, tell)
        _index(load, tell)
    except LoadTaken:
        return None
    except (TableError, uploads.UploadRefused) as error:
        Load.objects.filter(pk=load.pk, lease_until=load.lease_until).update(
            state=Load.State.FAILED, problem=str(error)[:300], finished_at=timezone.now(), lease_until=None
        )
    load.refresh_from_db()
    tell(load)
    return load


def _claim(load_id: int, *, now: datetime, by_force: bool) -> Load | None:
    with transaction.atomic():
        load = Load.objects.select_for_update().filter(pk=load_id).first()
        if load is None or load.state not in {Load.State.WAITING, Load.State.LOADING, Load.State.INDEXING}:
            return None
        if load.lease_until and load.lease_until >= now and not by_force:
            return None
        if load.state == Load.State.WAITING:
            load.state = Load.State.LOADING
        load.lease_until = now + LEASE
        load.save(update_fields=["state", "lease_until"])
    return load


def _read_rows(load: Load, tell: Callable[[Load], None]) -> None:
    words = Words()
    columns = {Field(name): place for name, place in load.columns.items()}
    table = open_table(file_of(load.path), load.filename)
    done, passed = load.rows_read, 0
    for batch in table.rows(settings.BANK_LOAD_BATCH):
        skipped = min(len(batch), max(0, done - passed))
        if skipped < len(batch):
            _store(load, batch[skipped:], table.first_row + passed + skipped, columns, words)
            tell(load)
        passed += len(batch)
    _go_on(load, state=Load.State.INDEXING)


def _store(load: Load, rows: list[list[str]], first_row: int, columns: dict[Field, int], words: Words) -> None:
    """A batch and its checkpoint, in one transaction."""
    good, bad = read(rows, columns, words)
    with transaction.atomic():
        stored = store(each_once(good)) if len(good) else None
        _write_rejects(load, rows, bad, first_row)
        _go_on(
            load,
            rows_read=F("rows_read") + len(rows),
            rejected=F("rejected") + len(bad),
            added=F("added") + (stored.added if stored else 0),
            changed=F("changed") + (stored.changed if stored else 0),
            unchanged=F("unchanged") + (stored.unchanged if stored else 0),
        )


def _write_rejects(load: Load, rows: list[list[str]], bad: list[tuple[int, Field]], first_row: int) -> None:
    Reject.objects.bulk_create(
        (
            Reject(
                load=load,
                row=first_row + place,
                reason=reason,
                cells=[cell[:LONGEST_CELL].replace("\x00", "") for cell in rows[place]],
            )
            for place, reason in bad
        ),
        batch_size=5_000,
    )


def _go_on(load: Load, **changes) -> None:
    """Write progress and keep the lease; LoadTaken when the load was cancelled or taken over."""
    until = timezone.now() + LEASE
    alive = [Load.State.LOADING, Load.State.INDEXING]
    kept = Load.objects.filter(pk=load.pk, state__in=alive, lease_until=load.lease_until).update(
        lease_until=until, **changes
    )
    if not kept:
        raise LoadTaken
    load.refresh_from_db()


def _index(load: Load, tell: Callable[[Load], None]) -> None:
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=timezone.now())
        _go_on(load)
        tell(load)
    tidy_tables()
    _go_on(load, state=Load.State.DONE, finished_at=timezone.now())


def tidy_tables() -> None:
    """Statistics and the visibility map that counts by postal code live on. Not possible within a transaction."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for table in ("subscriber", "bitmap", "segment"):
                cursor.execute(f"VACUUM (ANALYZE) numberbank_{table}")


def _lines(table: Table) -> int:
    """Rows of the file; of text, its line ends."""
    if table.kind in {Kind.TXT, Kind.CSV}:
        with table.path.open("rb") as file:
            ends = sum(block.count(b"\n") for block in iter(lambda: file.read(1024 * 1024), b""))
            file.seek(-1, 2)
            return ends + (file.read(1) != b"\n") - table.has_header
    return sum(len(rows) for rows in table.rows(settings.BANK_LOAD_BATCH))


def remove(msisdns: list[int], *, by: User | None = None, now: datetime) -> int:
    """Take numbers out of the bank, as their owners may ask; returns how many were in it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM numberbank_subscriber WHERE msisdn = ANY(%s) RETURNING position", [msisdns])
        positions = [row[0] for row in cursor]
        if positions:
            mark_changed(np.array(positions, np.int64))
            record(action="bank.numbers_removed", user=by, details={"count": len(positions)})
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=now)
    return len(positions)
