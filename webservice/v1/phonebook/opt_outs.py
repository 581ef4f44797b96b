"""Opt-outs over the web service (9.7, W5)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from phonebook import opt_outs, selectors
from phonebook.models import OptOut
from webservice.idempotency import answer_once
from webservice.problems import Code, Problem
from webservice.v1.phonebook import words
from webservice.v1.phonebook.base import PhonebookView, reads, writes


class OptOuts(PhonebookView):
    """Who wants no messages."""

    @extend_schema(
        **reads(
            "list_opt_outs",
            "List opt-outs, newest first",
            "By number, line or who asked.",
            "Opt-outs",
            words.OptOutPage,
            {"opt_outs": [words.OPT_OUT], "next": None},
            words.OptOutQuery,
        )
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(words.OptOutQuery, request.query_params)
        reason = words.REASON_OF.get(query.get("reason"), "")
        rows = selectors.opt_outs(self.account, line=query.get("line"), reason=reason)
        if "mobile" in query:
            rows = rows.filter(msisdn=query["mobile"])
        return self.listed(request, rows, query, "opt_outs", words.opt_out_shown)

    @extend_schema(
        **writes(
            "add_opt_outs",
            "Opt numbers out",
            "Of one line, or of every line of the account.",
            "Opt-outs",
            words.NewOptOuts,
            words.OptOutsAdded,
            {"mobiles": ["09121234567"], "line": "30001234"},
            {"added": 1},
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(words.NewOptOuts, request.data)
        added = opt_outs.opt_out(
            account=self.account, line=fields.get("line"), msisdns=fields["mobiles"], reason=opt_outs.WEB_SERVICE,
            note=fields["note"], by=self.by, now=timezone.now(),
        )  # fmt: skip
        return Response({"added": len(added)}, status.HTTP_201_CREATED)


class OptOutDetail(PhonebookView):
    """One opt-out."""

    @extend_schema(
        **reads(
            "get_opt_out",
            "One opt-out",
            "Who asked, and when.",
            "Opt-outs",
            words.OptOutAnswer,
            words.OPT_OUT,
            one=True,
        )
    )
    def get(self, request: Request, opt_out_id: int) -> HttpResponse:
        return Response(words.opt_out_shown(self._own(opt_out_id)))

    @extend_schema(
        **writes(
            "delete_opt_out",
            "Take an opt-out back",
            "Only what the account wrote itself; a subscriber comes back by sending 12.",
            "Opt-outs",
            None,
            words.OptOutAnswer,
            None,
            words.OPT_OUT,
            one=True,
        )
    )
    def delete(self, request: Request, opt_out_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(opt_out_id))

    def _delete(self, opt_out_id: int) -> Response:
        row = self._own(opt_out_id)
        gone, stays = opt_outs.take_back(account=self.account, ids=[opt_out_id], by=self.by)
        if stays or not gone:
            raise Problem(Code.WRONG_STATE, _("Only the subscriber can come back, by sending 12."))
        return Response(words.opt_out_shown(row))

    def _own(self, opt_out_id: int) -> OptOut:
        return self.own(OptOut.objects.of(self.account).select_related("line"), opt_out_id)
