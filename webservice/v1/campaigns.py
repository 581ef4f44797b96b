"""Campaigns: made, filled, priced, started, watched, held and stopped (W4)."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.tables import TableError
from common.uploads import UploadRefused
from messaging import services
from messaging.models import Campaign, Upload
from messaging.services import QuoteExpired, gathering
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import campaign_documentation as documentation
from webservice.v1 import campaign_reading as reading
from webservice.v1.base import ApiView
from webservice.v1.campaign_bodies import CampaignQuery, NewCampaign, RecipientsChunk, RecipientsFile
from webservice.v1.paging import preference, wants_count
from webservice.v1.parsers import StrictJSONParser
from webservice.v1.sending import refused_fields
from webservice.v1.serializers import NoFields
from webservice.v1.words import CLASS_OF

Scope = ApiKey.Scope
ENVELOPE_BYTES = 64 * 1024  # of a multipart body, besides its file


class Campaigns(ApiView):
    """Make a campaign, and list those there are."""

    scopes = {"POST": Scope.SEND, "GET": Scope.READ}

    @extend_schema(**documentation.CREATE)
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._create(request))

    @extend_schema(**documentation.LIST)
    def get(self, request: Request) -> HttpResponse:
        query = self.read(CampaignQuery, request.query_params)
        page = reading.page(request.auth, query, counted=wants_count(request))
        return Response(page, headers=preference(request))

    @transaction.atomic
    def _create(self, request: Request) -> Response:
        fields = self.read(NewCampaign, request.data)
        wishes = {
            "account": self.account,
            "created_by": request.auth.created_by,
            "line": fields["line"],
            "text": fields["text"],
            "title": fields["title"],
            "message_class": CLASS_OF[fields["class"]],
            "send_at": fields.get("send_at"),
            "validity_minutes": fields.get("validity"),
            "reference": fields["reference"],
            "tags": fields["tags"],
            "is_test": request.auth.is_test,
            "now": timezone.now(),
        }
        with refused_fields():
            if "target" in fields:
                campaign = services.compose(kind=Campaign.Kind.BULK, target=fields["target"], **wishes)
            else:
                campaign = gathering.begin(**wishes)
        return Response(reading.full(campaign), status.HTTP_201_CREATED)


class CampaignDetail(ApiView):
    """One campaign: its price before it is started, its progress afterwards."""

    scopes = {"GET": Scope.READ}

    @extend_schema(**documentation.DETAIL)
    def get(self, request: Request, campaign_id: int) -> HttpResponse:
        return Response(reading.full(reading.campaign_of(request.auth, campaign_id)))


class CampaignRecipients(ApiView):
    """Fill a draft."""

    scopes = {"POST": Scope.SEND}
    parser_classes = [StrictJSONParser, MultiPartParser]

    def initial(self, request: Request, *args, **kwargs) -> None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + ENVELOPE_BYTES:
            raise Problem(Code.BODY_TOO_LARGE)
        super().initial(request, *args, **kwargs)

    @extend_schema(**documentation.RECIPIENTS)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        is_file = request.content_type.startswith("multipart/")
        add = self._use_file if is_file else self._add_chunk
        return answer_once(request, lambda: add(request, reading.campaign_of(request.auth, campaign_id)))

    def _add_chunk(self, request: Request, campaign: Campaign) -> Response:
        fields = self.read(RecipientsChunk, request.data)
        try:
            is_new = gathering.add_numbers(campaign=campaign, **fields)
        except gathering.ChunkConflict as error:
            raise _wrong("chunk", FieldCode.CONFLICT, str(error)) from error
        except gathering.TwoSources as error:
            raise _wrong("recipients", FieldCode.CONFLICT, str(error)) from error
        return self._stored(campaign, is_repeat=not is_new)

    def _use_file(self, request: Request, campaign: Campaign) -> Response:
        fields = self.read(RecipientsFile, request.data.dict())
        try:
            upload = services.store_upload(account=self.account, file=fields["file"])
        except (TableError, UploadRefused) as error:
            raise _wrong("file", FieldCode.INVALID, str(error)) from error
        try:
            column = _column(upload, fields.get("column"))
            campaign = gathering.use_file(campaign=campaign, upload=upload, column=column)
        except gathering.TwoSources as error:
            gathering.forget_file(upload)
            raise _wrong("file", FieldCode.CONFLICT, str(error)) from error
        except (Problem, services.WrongState):
            gathering.forget_file(upload)
            raise
        return self._stored(campaign, is_repeat=False)

    def _stored(self, campaign: Campaign, *, is_repeat: bool) -> Response:
        return Response({"campaign": campaign.pk, "is_repeat": is_repeat, "source": reading.source(campaign)})


class CampaignStep(ApiView):
    """What moves a campaign on: a body of nothing, the campaign as the answer."""

    scopes = {"POST": Scope.SEND}

    def answer(self, request: Request, campaign_id: int, step: Callable[[Campaign], Campaign]) -> HttpResponse:
        return answer_once(request, lambda: self._take(request, campaign_id, step))

    @transaction.atomic
    def _take(self, request: Request, campaign_id: int, step: Callable[[Campaign], Campaign]) -> Response:
        self.read(NoFields, request.data)
        campaign = reading.campaign_of(request.auth, campaign_id)
        try:
            moved = step(campaign)
        except QuoteExpired as error:
            raise Problem(Code.QUOTE_EXPIRED) from error
        is_planning = moved.state == Campaign.State.PLANNING
        return Response(reading.full(moved), status.HTTP_202_ACCEPTED if is_planning else status.HTTP_200_OK)


class CampaignQuote(CampaignStep):
    @extend_schema(**documentation.PRICE)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        def step(campaign: Campaign) -> Campaign:
            with refused_fields():
                return gathering.price(campaign=campaign, now=timezone.now())

        return self.answer(request, campaign_id, step)


class CampaignStart(CampaignStep):
    @extend_schema(**documentation.START)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        return self.answer(
            request,
            campaign_id,
            lambda campaign: services.confirm(
                campaign=campaign, by=request.auth.created_by, now=timezone.now(), hold_seconds=0
            ),
        )


class CampaignPause(CampaignStep):
    @extend_schema(**documentation.PAUSE)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        by = request.auth.created_by
        return self.answer(request, campaign_id, lambda campaign: services.pause(campaign=campaign, by=by))


class CampaignResume(CampaignStep):
    @extend_schema(**documentation.RESUME)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        by = request.auth.created_by
        return self.answer(
            request, campaign_id, lambda campaign: services.resume(campaign=campaign, by=by, now=timezone.now())
        )


class CampaignCancel(CampaignStep):
    @extend_schema(**documentation.CANCEL)
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        by = request.auth.created_by

        def step(campaign: Campaign) -> Campaign:
            if campaign.confirmed_at is None:
                return services.discard(campaign=campaign, by=by)
            return services.cancel(campaign=campaign, by=by, now=timezone.now())

        return self.answer(request, campaign_id, step)


def _column(upload: Upload, written: str | None) -> int:
    """The place, from 0, of a column that is named or numbered from 1; the guessed one where nothing is said."""
    if written is None:
        return upload.phone_column
    names = [column["name"] for column in upload.columns]
    if written in names:
        return names.index(written)
    if written.isdecimal() and 1 <= int(written) <= len(names):
        return int(written) - 1
    sentence = _("The file has no such column; it has: %(names)s.") % {"names": ", ".join(names)}
    raise _wrong("column", FieldCode.NOT_FOUND, sentence)


def _wrong(field: str, code: FieldCode, sentence: str) -> Problem:
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(field, code, sentence)])
