"""Files of long lists, made in the background (8.3): one of an account at a time, in bounded memory.

A CSV is written batch by batch; after each, what is on the disk and how far it goes are committed together, so whoever
takes over cuts the file to that mark and goes on. A workbook cannot be continued: it is begun again.
"""

import logging
import os
import secrets
import uuid
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

from accounts.models import Account, User
from common import uploads
from common.notify import notify
from common.patience import TookTooLong, patience
from common.tables import csv_chunks, csv_rows, write_xlsx
from common.tables.writing import ROWS_PER_SHEET
from reports.models import Export
from reports.sources import Source, source_of

logger = logging.getLogger(__name__)
BATCH = 2_000
LEASE = timedelta(minutes=2)
FOLDER = "exports"
MOST_WAITING = 10  # of one account
MOST_EXPORTED = 100_000  # campaigns of a report
COUNTING_SECONDS = 10
TRIED_FOR = timedelta(days=1)


class TooManyWaiting(Exception):
    """The account has asked for enough files already; nothing was changed."""

    def __str__(self) -> str:
        return _("Ten files are waiting to be made already. Wait until one is ready.")


class _Taken(Exception):
    """Another process works on the export, or it was taken away."""


def is_too_long(found: QuerySet, most: int) -> bool:
    """Whether more than ``most`` rows match."""
    return bool(found.values_list("pk")[most : most + 1])


def order_export(
    *, account: Account, by: User | None, kind: str, filters: dict, form: str, language: str, now: datetime
) -> Export:
    """Ask for a file of what the filters find now. Who asks for the same again while it is being made gets that one.

    Raises TooManyWaiting.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        open_ = Export.objects.of(account).filter(state__in=[Export.State.WAITING, Export.State.RUNNING])
        same = open_.filter(kind=kind, filters=filters, form=form, language=language).first()
        if same:
            return same
        if open_.count() >= MOST_WAITING:
            raise TooManyWaiting
        export = Export.objects.create(
            account=account, created_by=by, kind=kind, filters=filters, form=form, language=language, created_at=now
        )
        transaction.on_commit(lambda: _nudge(export.pk))
    return export


def unfinished(*, now: datetime) -> list[int]:
    """Exports that wait, or whose worker was lost; the oldest first."""
    wanted = Q(state=Export.State.WAITING) | Q(state=Export.State.RUNNING, lease_until__lt=now)
    return list(Export.objects.filter(wanted).order_by("pk").values_list("pk", flat=True))


def run(export_id: int, *, now: datetime) -> Export | None:
    """Work on an export until it has ended. None where another process does, or one of the account is made."""
    export = _claim(export_id, now)
    if export is None:
        return None
    try:
        with override(export.language):
            _make(export)
    except _Taken:
        return None
    except Exception:
        if now - export.created_at <= TRIED_FOR:
            raise  # a full disk, a lost database: whoever comes after the lease tries again
        logger.exception("export %s was given up", export.pk)
        _fail(export)
    export.refresh_from_db()
    return export


def opened(export: Export) -> BinaryIO:
    """The file of a ready export, to be read. Raises common.uploads.UploadGone."""
    return uploads.path_of(export.path).open("rb")


def delete_expired(*, now: datetime) -> int:
    """Delete the files that were kept for settings.EXPORT_DAYS; how many there were."""
    old = list(Export.objects.filter(state=Export.State.READY, expires_at__lt=now)[:1000])
    for export in old:
        uploads.discard(export.path)
        Export.objects.filter(pk=export.pk).update(state=Export.State.EXPIRED, path="")
    _delete_orphans(now)
    return len(old)


def delete_export(export: Export) -> None:
    """Forget an export and its file; one that is being made stops at its next checkpoint."""
    Export.objects.filter(pk=export.pk).delete()
    if export.path:
        uploads.discard(export.path)


def _delete_orphans(now: datetime) -> None:
    """Files that a kill left without a row, once no row can want them any more."""
    oldest = now.timestamp() - timedelta(days=settings.EXPORT_DAYS + 2).total_seconds()
    for path in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*/*"):
        if path.stat().st_mtime < oldest:
            uploads.discard(f"{FOLDER}/{path.parent.name}/{path.name}")


def _claim(export_id: int, now: datetime) -> Export | None:
    try:
        with transaction.atomic():
            export = Export.objects.select_for_update(of=["self"]).select_related("account", "created_by")
            export = export.filter(pk=export_id).first()
            if export is None or not export.is_open or (export.lease_until and export.lease_until >= now):
                return None
            export.state, export.lease_until = Export.State.RUNNING, now + LEASE
            export.lease_token = uuid.uuid4()
            export.path = export.path or _new_place()
            export.save(update_fields=["state", "lease_until", "lease_token", "path"])
    except IntegrityError:  # export_one_at_a_time
        return None
    return export


def _make(export: Export) -> None:
    source = source_of(export.kind)
    found = source.find(export.account, export.filters)
    if export.newest is None:
        _measure(export, found)
    path = _place(export.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if export.form == Export.Form.XLSX:
        export.rows, export.cursor = 0, None
        write_xlsx(path, source.header(), _each(export, source, found), rtl=get_language_bidi())
    else:
        _write_csv(export, source, found, path)
    _finish(export, path)


def _measure(export: Export, found: QuerySet) -> None:
    """How far the file goes, and how many rows that is where counting them is quick."""
    newest = found.order_by("-id").values_list("pk", flat=True).first() or 0
    try:
        with patience(COUNTING_SECONDS):
            expected = found.order_by().count()
    except TookTooLong:
        expected = None
    _keep(export, newest=newest, rows_expected=expected)


def _each(export: Export, source: Source, found: QuerySet) -> Iterator[list]:
    while batch := _next(export, found):
        yield from source.rows(export.account, batch)
        _keep(export, rows=export.rows + len(batch), cursor=batch[-1].pk)


def _write_csv(export: Export, source: Source, found: QuerySet, path: Path) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(export.octets)
        file.seek(export.octets)
        if not export.octets:
            file.writelines(csv_chunks(source.header(), []))
        while batch := _next(export, found):
            file.write(csv_rows(source.rows(export.account, batch)))
            file.flush()
            os.fsync(file.fileno())
            _keep(export, rows=export.rows + len(batch), cursor=batch[-1].pk, octets=file.tell())


def _next(export: Export, found: QuerySet) -> list:
    rows = found.filter(pk__lte=export.newest)
    if export.cursor is not None:
        rows = rows.filter(pk__lt=export.cursor)
    return list(rows.order_by("-id")[:BATCH])


def _keep(export: Export, **values) -> None:
    """Commit how far it is, if it is still ours. Raises _Taken."""
    values["lease_until"] = timezone.now() + LEASE
    if not Export.objects.filter(pk=export.pk, lease_token=export.lease_token).update(**values):
        raise _Taken
    for name, value in values.items():
        setattr(export, name, value)


def _finish(export: Export, path: Path) -> None:
    name, ending = f"{export.kind}-{timezone.localtime(export.created_at):%Y%m%d-%H%M}", export.form
    if export.form == Export.Form.CSV and export.rows >= ROWS_PER_SHEET:  # too long for a sheet, and large: packed
        packed = _new_place()
        _place(packed).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(_place(packed), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, f"{name}.csv")
        was, export.path, path, ending = export.path, packed, _place(packed), "zip"
    else:
        was = ""
    now = timezone.now()
    with transaction.atomic():
        _keep(
            export, state=Export.State.READY, path=export.path, size=path.stat().st_size, ready_at=now,
            filename=f"{name}.{ending}", expires_at=now + timedelta(days=settings.EXPORT_DAYS), lease_token=None,
        )  # fmt: skip
        _tell(export)
    if was:
        uploads.discard(was)


def _tell(export: Export) -> None:
    if export.created_by is None or not export.created_by.email:
        return
    given = {"list": export.get_kind_display(), "days": settings.EXPORT_DAYS, "url": settings.PUBLIC_URL}
    notify(
        kind="export_ready", key=f"export:{export.pk}", account_id=export.account_id, email=export.created_by.email,
        subject=_("Your file is ready: %(list)s") % given,
        text=_("“%(list)s” is ready to download for %(days)s days: %(url)s/reports/exports/") % given,
    )  # fmt: skip


def _fail(export: Export) -> None:
    uploads.discard(export.path)
    Export.objects.filter(pk=export.pk, lease_token=export.lease_token).update(
        state=Export.State.FAILED, path="", lease_until=None
    )


def _nudge(export_id: int) -> None:
    from reports.tasks import make_export

    make_export.delay(export_id)


def _new_place() -> str:
    token = secrets.token_hex(16)
    return f"{FOLDER}/{token[:2]}/{token}"


def _place(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name
