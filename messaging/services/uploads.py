"""Files of recipients: kept under MEDIA_ROOT, looked at once, read again when their campaign is planned."""

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common import uploads
from common.tables import Kind, Table, TableError, guess_phone_column, open_table
from messaging.models import Upload
from messaging.services.refusals import Refusal, SendRefused

FOLDER = "recipients"
EXAMPLE_LENGTH = 24
LONGEST_NAME = 80
COUNTED_BYTES = 8 * 1024 * 1024  # larger text files are counted by their line ends


class NoNumbers(TableError):
    """None of the columns holds a mobile number where one would see it first."""

    sentence = _("No column of this file holds mobile numbers in its first rows. Choose another file.")


def store_upload(*, account: Account, file: UploadedFile) -> Upload:
    """Keep an uploaded table, with its columns, its rows and the column that seems to hold the numbers (2.2).

    Raises common.tables.TableError or common.uploads.UploadRefused, which say what to do; then nothing is kept.
    """
    stored = uploads.store(file, folder=FOLDER)
    try:
        table = open_table(stored.path, stored.original_name)
        column = guess_phone_column(table)
        if column is None:
            raise NoNumbers
        return Upload.objects.create(
            account=account,
            path=stored.name,
            filename=stored.original_name,
            size=stored.size,
            columns=_columns(table),
            rows=_count(table),
            phone_column=column,
        )
    except TableError:
        uploads.discard(stored.name)
        raise


def hold_file(upload: Upload) -> None:
    """In a transaction: until its end nobody takes the file away. Raises SendRefused where that has happened."""
    if not Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).values_list("pk", flat=True).first():
        raise SendRefused(Refusal.NO_RECIPIENTS, gettext("The file is no longer here. Choose it again."), "upload")


def _columns(table: Table) -> list[dict[str, str]]:
    rows = table.sample()
    return [
        {
            "name": name[:LONGEST_NAME],
            "example": next((row[place] for row in rows if place < len(row) and row[place].strip()), "")[
                :EXAMPLE_LENGTH
            ],
        }
        for place, name in enumerate(table.columns)
    ]


def _count(table: Table) -> int:
    """Rows that are not blank; of a large text file, its lines."""
    if table.kind in {Kind.TXT, Kind.CSV} and table.path.stat().st_size > COUNTED_BYTES:
        with table.path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1024 * 1024), b"")) - table.has_header
    return sum(1 for rows in table.rows() for row in rows if any(cell.strip() for cell in row))
