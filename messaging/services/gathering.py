"""Campaigns whose recipients come piece by piece, by the web service: gathered in a draft, then priced (W4)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from common import context, uploads
from common.tables import TableError
from messaging.models import Campaign, GivenNumbers, Upload
from messaging.rows import delete_rows
from messaging.services.composing import PLANNED_AT_ONCE, draft_of
from messaging.services.preparing import plan_later, plan_now
from messaging.services.refusals import Refusal, SendRefused, WrongState
from messaging.services.uploads import FOLDER

COLUMN = "mobile"  # the first line of a file made of pieces, so that its first number is no name of a column
_PRICED = {Campaign.State.DRAFT, Campaign.State.REVIEW, Campaign.State.FAILED}
_DIVIDING = str.maketrans(dict.fromkeys(",;\t|\r\n", " "))


class ChunkConflict(Exception):
    """There is another piece with this number."""

    def __str__(self) -> str:
        return _("A chunk with this number but other recipients was stored already. Give the next one its own number.")


class TwoSources(Exception):
    """A draft takes a file or pieces, never both."""

    def __str__(self) -> str:
        return _("This campaign has recipients from elsewhere: it takes a file, chunks or a target, one of them only.")


def begin(**fields) -> Campaign:
    """A draft that waits for its recipients; ``fields`` as draft_of takes them. Raises SendRefused."""
    campaign = draft_of(kind=Campaign.Kind.ADVANCED, **fields)
    campaign.state = Campaign.State.DRAFT
    campaign.sources = {"typed": "", "groups": [], "contacts": [], "column": 0} | context.caller()
    campaign.save()
    return campaign


@transaction.atomic
def add_numbers(*, campaign: Campaign, chunk: int, recipients: Sequence[str]) -> bool:
    """Keep a piece of the recipients, as they are written; False where the same piece was kept before.

    Raises WrongState once the draft is priced, TwoSources, ChunkConflict.
    """
    campaign = _draft(campaign)
    if campaign.upload_id or campaign.sources.get("target"):
        raise TwoSources
    numbers = "\n".join(raw.translate(_DIVIDING).strip() for raw in recipients)
    digest = hashlib.sha256(numbers.encode()).hexdigest()
    there = GivenNumbers.objects.filter(campaign=campaign, chunk=chunk).values_list("digest", flat=True).first()
    if there is None:
        GivenNumbers.objects.create(
            campaign=campaign, chunk=chunk, digest=digest, rows=len(recipients), numbers=numbers
        )
    elif there != digest:
        raise ChunkConflict
    return there is None


@transaction.atomic
def use_file(*, campaign: Campaign, upload: Upload, column: int) -> Campaign:
    """Take the recipients from a column (from 0) of a stored file; one given before is thrown away.

    Raises WrongState, TwoSources.
    """
    campaign = _draft(campaign)
    if campaign.sources.get("target") or GivenNumbers.objects.filter(campaign=campaign).exists():
        raise TwoSources
    before = campaign.upload
    campaign.upload = upload
    campaign.sources |= {"column": column}
    campaign.save(update_fields=["upload", "sources"])
    if before:
        before.delete()
        transaction.on_commit(lambda: uploads.discard(before.path))
    return campaign


def forget_file(upload: Upload) -> None:
    """Throw away a stored file that no campaign needs."""
    upload.delete()
    uploads.discard(upload.path)


def gathered(campaign: Campaign) -> tuple[int, int]:
    """How many pieces a draft has, and how many recipients in them."""
    sums = GivenNumbers.objects.filter(campaign=campaign).aggregate(chunks=Count("id"), rows=Sum("rows"))
    return sums["chunks"], sums["rows"] or 0


@transaction.atomic
def price(*, campaign: Campaign, now: datetime) -> Campaign:
    """Plan and price what was gathered, or once more what was priced before; at once if it is small, else it comes back
    being planned. Raises WrongState, and SendRefused where there is nobody to send to."""
    campaign = _locked(campaign, _PRICED)
    if campaign.state == Campaign.State.DRAFT and not campaign.upload_id:
        campaign.upload = _file_of_pieces(campaign)
    delete_rows(campaign.pk)
    campaign.state, campaign.problem = Campaign.State.PLANNING, ""
    campaign.first_id = campaign.last_id = campaign.quote_expires_at = None
    campaign.rows_read = 0
    campaign.save()
    if campaign.upload and campaign.upload.rows <= PLANNED_AT_ONCE:
        try:
            return plan_now(campaign, now=now)
        except TableError as error:
            raise SendRefused(Refusal.NO_RECIPIENTS, str(error), "file") from error
    plan_later(campaign, now=now)
    return campaign


def _file_of_pieces(campaign: Campaign) -> Upload:
    """The pieces as one file, in the order of their numbers: from here on it is a campaign like any other."""
    pieces = GivenNumbers.objects.filter(campaign=campaign).order_by("chunk")
    _chunks, rows = gathered(campaign)
    if not rows:
        raise SendRefused(Refusal.NO_RECIPIENTS, _("Upload the recipients first."), "recipients")
    with TemporaryUploadedFile("recipients.txt", "text/plain", 0, "utf-8") as file:
        file.write(f"{COLUMN}\n".encode())
        for numbers in pieces.values_list("numbers", flat=True).iterator(chunk_size=10):
            file.write(f"{numbers}\n".encode())
        file.size = file.tell()
        file.seek(0)
        stored = uploads.store(file, folder=FOLDER)
    pieces.delete()
    return Upload.objects.create(
        account=campaign.account,
        path=stored.name,
        filename=stored.original_name,
        size=stored.size,
        columns=[{"name": COLUMN, "example": ""}],
        rows=rows,
        phone_column=0,
    )


def _draft(campaign: Campaign) -> Campaign:
    return _locked(campaign, {Campaign.State.DRAFT})


def _locked(campaign: Campaign, states: set[str]) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("account", "line", "upload", "created_by")
    campaign = rows.get(pk=campaign.pk)
    if campaign.state not in states:
        raise WrongState(campaign)
    return campaign
