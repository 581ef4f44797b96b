"""Files into the phonebook (9.4): batch by batch, each committed with its checkpoint, by statements over whole sets.

A process killed at any point loses at most the batch it was in, which then never happened; whoever takes the import
over reads on from the checkpoint. So every row comes in exactly once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Account, User
from common import uploads
from common.tables import Kind, Table, TableError, guess_phone_column, open_table
from common.text import fold
from phonebook import selectors
from phonebook.headings import BUILT_IN, MOBILE, target_of
from phonebook.import_rows import NumberTakenMeanwhile, Reader, store
from phonebook.models import Group, Import, ImportReject
from phonebook.own_fields import create_field
from phonebook.refusals import PhonebookRefused

LEASE = timedelta(minutes=1)
FOLDER = "contacts"
LONGEST_CELL = 100
NEW = "new"

_ALIVE = [Import.State.RUNNING]


class ImportTaken(Exception):
    """Another process works on this import, or it was cancelled; this one must stop."""


def upload(*, account: Account, file: UploadedFile, by: User | None = None, now: datetime) -> Import:
    """Keep a file whose columns are to be chosen. Raises TableError or UploadRefused; then nothing is kept."""
    stored = uploads.store(file, folder=FOLDER)
    try:
        table = open_table(stored.path, stored.original_name)
        return Import.objects.create(
            account=account,
            created_by=by,
            path=stored.name,
            filename=stored.original_name,
            language=get_language() or settings.LANGUAGE_CODE,
            rows_total=_lines(table),
            created_at=now,
        )
    except TableError:
        uploads.discard(stored.name)
        raise


def table_of(one: Import) -> Table:
    """The file of an import. Raises UploadRefused, TableError."""
    return open_table(uploads.path_of(one.path), one.filename)


def guess_columns(table: Table, account: Account) -> dict[int, str]:
    """Place of a column → what it seems to hold: a built-in name or the key of an own field, each once."""
    own = {fold(word): field.key for field in selectors.fields(account) for word in (field.key, field.name)}
    found: dict[int, str] = {}
    for place, name in enumerate(table.columns if table.has_header else []):
        target = target_of(name) or own.get(fold(name))
        if target and target not in found.values():
            found[place] = target
    number = guess_phone_column(table)
    if MOBILE not in found.values() and number is not None:
        found[number] = MOBILE
    return found


@transaction.atomic
def start(
    *,
    one: Import,
    columns: Mapping[int, str],
    on_duplicate: str = Import.OnDuplicate.FILL,
    group_id: int | None = None,
    by: User | None = None,
) -> Import:
    """Say which column holds what ("new" makes a text field of its header) and let the import begin.

    Raises PhonebookRefused, TableError, UploadRefused.
    """
    one = Import.objects.select_for_update().filter(pk=one.pk).first()
    if one is None:
        raise PhonebookRefused(_("This file was left for too long and is no longer kept. Send it again."))
    if one.state != Import.State.MAPPING:
        raise PhonebookRefused(_("The columns of this file were chosen already."))
    if on_duplicate not in Import.OnDuplicate.values:
        raise PhonebookRefused(_("Choose what happens to numbers that you have already."), "on_duplicate")
    if group_id and not Group.objects.of(one.account).filter(pk=group_id).exists():
        raise PhonebookRefused(_("Choose one of your groups."), "group")
    table = table_of(one)
    chosen = {place: target for place, target in columns.items() if target}
    _check(one.account, table, chosen)
    for place, target in chosen.items():
        if target == NEW:
            chosen[place] = create_field(account=one.account, name=table.columns[place][:60], by=by).key
    one.columns = {str(place): target for place, target in chosen.items()}
    one.on_duplicate, one.group_id, one.state = on_duplicate, group_id, Import.State.WAITING
    one.save(update_fields=["columns", "on_duplicate", "group", "state"])
    record(action="import.started", user=by, account=one.account, target=one.filename, details={"import": one.pk})
    transaction.on_commit(lambda: _nudge(one.pk), robust=True)
    return one


def _check(account: Account, table: Table, columns: Mapping[int, str]) -> None:
    targets = [target for target in columns.values() if target != NEW]
    fields = {field.key: field for field in selectors.fields(account)}
    if MOBILE not in targets:
        raise PhonebookRefused(_("Choose the column that holds the mobile numbers."), "columns")
    if len(set(targets)) != len(targets):
        raise PhonebookRefused(_("Two columns have the same meaning. Choose each meaning once."), "columns")
    if any(not 0 <= place < table.width for place in columns) or set(targets) - set(BUILT_IN) - set(fields):
        raise PhonebookRefused(_("The file has no such column."), "columns")
    for field in fields.values():
        if field.is_required and field.key not in targets:
            sentence = _("“%(field)s” is required: choose its column.")
            raise PhonebookRefused(sentence % {"field": field.name}, "columns")


def _nudge(pk: int) -> None:
    from phonebook.tasks import run_import

    run_import.delay(pk)


def cancel(*, one: Import, by: User | None = None) -> None:
    """Stop; rows that are in stay. Raises PhonebookRefused when it has ended already."""
    states = [Import.State.MAPPING, Import.State.WAITING, Import.State.RUNNING]
    with transaction.atomic():
        mine = Import.objects.filter(pk=one.pk, state__in=states)
        if not mine.update(state=Import.State.CANCELLED, finished_at=timezone.now(), lease_until=None):
            raise PhonebookRefused(_("This import has ended already."))
        record(action="import.cancelled", user=by, account=one.account, target=one.filename, details={"import": one.pk})
        transaction.on_commit(lambda: uploads.discard(one.path), robust=True)


def unfinished(*, now: datetime) -> list[int]:
    """Imports that wait, or whose worker was lost."""
    waiting = Import.objects.filter(state=Import.State.WAITING)
    lost = Import.objects.filter(state=Import.State.RUNNING, lease_until__lt=now)
    return sorted({*waiting.values_list("pk", flat=True), *lost.values_list("pk", flat=True)})


def run(import_id: int, *, now: datetime, tell: Callable[[Import], None] = lambda one: None) -> Import | None:
    """Work on an import until it has ended; None when another process does, or there is nothing to do. ``tell`` is
    called after each batch."""
    one = _claim(import_id, now=now)
    if one is None:
        return None
    with override(one.language):
        try:
            _read_rows(one, tell)
            _go_on(one, state=Import.State.DONE, finished_at=timezone.now())
            uploads.discard(one.path)
        except ImportTaken:
            return None
        except (TableError, uploads.UploadRefused) as error:
            Import.objects.filter(pk=one.pk, lease_until=one.lease_until).update(
                state=Import.State.FAILED, problem=str(error)[:300], finished_at=timezone.now(), lease_until=None
            )
    one.refresh_from_db()
    return one


def _claim(import_id: int, *, now: datetime) -> Import | None:
    with transaction.atomic():
        one = Import.objects.select_for_update().filter(pk=import_id).first()
        if one is None or one.state not in {Import.State.WAITING, Import.State.RUNNING}:
            return None
        if one.lease_until and one.lease_until >= now:
            return None
        one.state, one.lease_until = Import.State.RUNNING, now + LEASE
        one.save(update_fields=["state", "lease_until"])
    return one


def _read_rows(one: Import, tell: Callable[[Import], None]) -> None:
    table = table_of(one)
    reader = Reader(one, table)
    done, passed = one.rows_read, 0
    for batch in table.rows(settings.CONTACT_IMPORT_BATCH):
        skipped = min(len(batch), max(0, done - passed))
        if skipped < len(batch):
            _store(one, reader, batch[skipped:], table.first_row + passed + skipped)
            tell(one)
        passed += len(batch)


def _store(one: Import, reader: Reader, rows: list[list[str]], first_row: int) -> None:
    """A batch and its checkpoint, in one transaction; again where somebody added one of its numbers meanwhile."""
    for attempt in range(5):
        try:
            with transaction.atomic():
                _store_once(one, reader, rows, first_row)
            break
        except NumberTakenMeanwhile:
            if attempt == 4:
                raise
    one.refresh_from_db()


def _store_once(one: Import, reader: Reader, rows: list[list[str]], first_row: int) -> None:
    good, bad = reader.read(rows)
    stored = store(one, reader.fields, good)
    bad += stored.refused
    ImportReject.objects.bulk_create(
        (
            ImportReject(
                of=one,
                row=first_row + place,
                column=column[:80],
                reason=reason[:300],
                cells=[cell[:LONGEST_CELL].replace("\x00", "") for cell in rows[place]],
            )
            for place, column, reason in sorted(bad)
        ),
        batch_size=5_000,
    )
    _go_on(
        one,
        rows_read=F("rows_read") + len(rows),
        rejected=F("rejected") + len(bad),
        added=F("added") + stored.added,
        changed=F("changed") + stored.changed,
        unchanged=F("unchanged") + stored.unchanged,
    )


def _go_on(one: Import, **changes) -> None:
    """Write progress and keep the lease; ImportTaken when it was cancelled or taken over."""
    until = None if changes.get("state") == Import.State.DONE else timezone.now() + LEASE
    mine = Import.objects.filter(pk=one.pk, state__in=_ALIVE, lease_until=one.lease_until)
    if not mine.update(lease_until=until, **changes):
        raise ImportTaken


def _lines(table: Table) -> int | None:
    """Rows of a text file by its line ends; None of a workbook, which would have to be read whole."""
    if table.kind not in {Kind.TXT, Kind.CSV}:
        return None
    with table.path.open("rb") as file:
        ends = sum(block.count(b"\n") for block in iter(lambda: file.read(1024 * 1024), b""))
        file.seek(-1, 2)
        return max(ends + (file.read(1) != b"\n") - table.has_header, 0)


def forget_abandoned(*, now: datetime) -> int:
    """Delete the files whose columns nobody chose within settings.ABANDONED_HOURS, and files that have no row; how
    many. One whose owner chooses at this moment is locked, and passed over."""
    before = now - timedelta(hours=settings.ABANDONED_HOURS)
    left = Import.objects.filter(state=Import.State.MAPPING, created_at__lt=before)
    count = sum(_forgotten(pk) for pk in left.order_by("pk").values_list("pk", flat=True)[:500])
    known = set(Import.objects.values_list("path", flat=True))
    return count + uploads.discard_orphans(FOLDER, known=known, before=before)


@transaction.atomic
def _forgotten(pk: int) -> bool:
    left = Import.objects.select_for_update(skip_locked=True).filter(pk=pk, state=Import.State.MAPPING).first()
    if left is None:
        return False
    left.delete()
    transaction.on_commit(lambda: uploads.discard(left.path))
    return True
