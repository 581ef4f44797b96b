"""Polls and contests over the web service (6.6, W5): made, counted, drawn."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from autoreply import polls, selectors
from autoreply.models import Draw, Poll
from autoreply.rules import KEYWORD_LONGEST, KEYWORDS_MAX, RuleRefused
from common.phones import e164
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.auto_replies import LONGEST_TEXT, WithLine
from webservice.v1.base import ApiView
from webservice.v1.fields import MomentField, StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import LARGEST_ID, ListQuery
from webservice.v1.words import moment

Scope = ApiKey.Scope
_WRITE = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_NEW = {
    "title": "Which team wins?", "closes_at": "2026-03-28T20:30:00Z", "thanks": "Your vote was counted.",
    "options": [{"title": "Red", "keywords": ["red", "1"], "is_right": True}, {"title": "Blue", "keywords": ["2"]}],
}  # fmt: skip
_HEAD = {
    "id": 12, "title": "Which team wins?", "line": None, "counting": "first", "opens_at": None,
    "closes_at": "2026-03-28T20:30:00.000Z", "votes": 1200, "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
_DRAW = {
    "number": 1, "only_right": True, "participants": 800, "winners": ["+989121234567"],
    "participants_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "drawn_at": "2026-03-29T06:00:00.000Z",
}  # fmt: skip
_POLL = _HEAD | {
    "thanks": "Your vote was counted.", "again": "",
    "options": [
        {"id": 31, "title": "Red", "keywords": ["red", "1"], "is_right": True, "votes": 800, "percent": 67},
        {"id": 32, "title": "Blue", "keywords": ["2"], "is_right": False, "votes": 400, "percent": 33},
    ],
    "draws": [_DRAW],
    "seed_sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "seed": "0d6b4f6d8d8e4c0f9a1b2c3d4e5f6071",
}  # fmt: skip


class PollHead(Answer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    line = serializers.CharField(allow_null=True, help_text="null: every line of the account.")
    counting = serializers.ChoiceField(
        choices=Poll.Counting.choices, help_text="Of one number: the first vote, the last one, or all of them."
    )
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    votes = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class PollPage(Answer):
    polls = PollHead(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class PollResult(Answer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    keywords = serializers.ListField(child=serializers.CharField())
    is_right = serializers.BooleanField(help_text="The right answer of a contest.")
    votes = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Of all votes.")


class PollDraw(Answer):
    number = serializers.IntegerField()
    only_right = serializers.BooleanField(help_text="Only those who chose a right answer took part.")
    participants = serializers.IntegerField()
    winners = serializers.ListField(child=serializers.CharField())
    participants_sha256 = serializers.CharField(help_text="Of the sorted numbers 989…, one a line.")
    drawn_at = serializers.DateTimeField()


class PollAnswer(PollHead):
    thanks = serializers.CharField(allow_blank=True, help_text="The reply to a vote.")
    again = serializers.CharField(allow_blank=True, help_text="The reply to who has voted already.")
    options = PollResult(many=True)
    draws = PollDraw(many=True)
    seed_sha256 = serializers.CharField(help_text="Of the seed that decides the draws; made with the poll.")
    seed = serializers.CharField(allow_null=True, help_text="null until the first draw.")


class NewOption(StrictSerializer):
    """A choice and the keywords that vote for it."""

    title = StrictCharField(max_length=80)
    keywords = serializers.ListField(
        child=StrictCharField(max_length=KEYWORD_LONGEST), min_length=1, max_length=KEYWORDS_MAX
    )
    is_right = serializers.BooleanField(required=False, default=False)


class NewPoll(WithLine):
    """A poll; a contest has right answers."""

    title = StrictCharField(max_length=120)
    options = NewOption(many=True, min_length=1, max_length=polls.OPTIONS_MAX)
    line = StrictCharField(required=False, allow_null=True, default=None, max_length=24, help_text="null: every line.")
    counting = serializers.ChoiceField(choices=Poll.Counting.choices, default=Poll.Counting.FIRST)
    opens_at = MomentField(required=False, allow_null=True, default=None)
    closes_at = MomentField(required=False, allow_null=True, default=None)
    thanks = StrictCharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)
    again = StrictCharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)


class NewDraw(StrictSerializer):
    """How many winners, and among whom."""

    count = StrictIntegerField(min_value=1, max_value=polls.WINNERS_MAX)
    only_right = serializers.BooleanField(required=False, default=False)


def _head(poll: Poll, votes: int) -> dict:
    return {
        "id": poll.pk,
        "title": poll.title,
        "line": poll.line.number if poll.line else None,
        "counting": poll.counting,
        "opens_at": moment(poll.opens_at),
        "closes_at": moment(poll.closes_at),
        "votes": votes,
        "created_at": moment(poll.created_at),
    }


def _shown(poll: Poll) -> dict:
    figures = polls.figures(poll)
    draws = list(poll.draws.all())
    return _head(poll, sum(figure.votes for figure in figures)) | {
        "thanks": poll.thanks,
        "again": poll.again,
        "options": [
            {
                "id": figure.option.pk,
                "title": figure.option.title,
                "keywords": [keyword.written for keyword in figure.option.rule.keywords.all()],
                "is_right": figure.option.is_right,
                "votes": figure.votes,
                "percent": figure.percent,
            }
            for figure in figures
        ],
        "draws": [_shown_draw(draw) for draw in draws],
        "seed_sha256": polls.seed_digest(poll),
        "seed": poll.seed if draws else None,
    }


def _shown_draw(draw: Draw) -> dict:
    return {
        "number": draw.number,
        "only_right": draw.only_right,
        "participants": draw.participants,
        "winners": [e164(number) for number in draw.winners],
        "participants_sha256": draw.digest,
        "drawn_at": moment(draw.drawn_at),
    }


class _PollView(ApiView):
    def own(self, poll_id: int) -> Poll:
        mine = Poll.objects.of(self.account).select_related("line")
        poll = mine.filter(pk=poll_id).first() if poll_id <= LARGEST_ID else None
        if poll is None:
            raise Problem(Code.NOT_FOUND)
        return poll


class Polls(_PollView):
    """The account's polls."""

    scopes = {"GET": Scope.INBOX, "POST": Scope.INBOX}

    @extend_schema(
        operation_id="list_polls",
        summary="List polls, newest first",
        description="With the count of their votes; one poll has its results.",
        tags=["Polls"],
        parameters=[ListQuery, documentation.PREFER, *_READ],
        responses={
            200: OpenApiResponse(PollPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", {"polls": [_HEAD], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(ListQuery, request.query_params)
        rows, members = page_of(selectors.polls(self.account), query, counted=wants_count(request))
        return Response({"polls": [_head(row, row.size) for row in rows], **members}, headers=preference(request))

    @extend_schema(
        operation_id="add_poll",
        summary="Add a poll or contest",
        description="A message with an option's keyword is a vote; replies go out at the usual price of a message.",
        tags=["Polls"],
        parameters=_WRITE,
        request=NewPoll,
        responses={
            201: OpenApiResponse(PollAnswer, "The poll."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A contest", _NEW, request=True),
            documentation.example("Added", _POLL | {"votes": 0, "draws": [], "seed": None}, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(NewPoll, request.data)
        options = [polls.Option(one["title"], tuple(one["keywords"]), one["is_right"]) for one in fields.pop("options")]
        try:
            poll = polls.save_poll(account=self.account, options=options, by=request.auth.created_by, **fields)
        except RuleRefused as refusal:
            raise _refused(refusal) from refusal
        return Response(_shown(poll), status.HTTP_201_CREATED)


class PollDetail(_PollView):
    """One poll and its results."""

    scopes = {"GET": Scope.INBOX, "DELETE": Scope.INBOX}

    @extend_schema(
        operation_id="get_poll",
        summary="One poll with its results",
        description="The votes of each option as of now, and the draws.",
        tags=["Polls"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(PollAnswer, "The poll."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("A poll", _POLL)],
    )
    def get(self, request: Request, poll_id: int) -> HttpResponse:
        return Response(_shown(self.own(poll_id)))

    @extend_schema(
        operation_id="delete_poll",
        summary="Delete a poll",
        description="With its votes and draws; answers the poll as it was.",
        tags=["Polls"],
        parameters=_WRITE,
        request=None,
        responses={
            200: OpenApiResponse(PollAnswer, "The poll that was deleted."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[documentation.example("Deleted", _POLL)],
    )
    def delete(self, request: Request, poll_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(request, poll_id))

    def _delete(self, request: Request, poll_id: int) -> Response:
        poll = self.own(poll_id)
        body = _shown(poll)
        polls.delete_poll(poll=poll, by=request.auth.created_by)
        return Response(body)


class PollDraws(_PollView):
    """Winners, drawn so that anybody can check it."""

    scopes = {"POST": Scope.INBOX}

    @extend_schema(
        operation_id="draw_winners",
        summary="Draw winners",
        description=(
            "Of a poll that has ended. The winners are the participants with the smallest SHA-256 of "
            "`seed:number:989…`; the seed's own SHA-256 was there from the beginning."
        ),
        tags=["Polls"],
        parameters=_WRITE,
        request=NewDraw,
        responses={
            201: OpenApiResponse(PollDraw, "The draw."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[
            documentation.example("A winner", {"count": 1, "only_right": True}, request=True),
            documentation.example("Drawn", _DRAW, status=201),
        ],
    )
    def post(self, request: Request, poll_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._draw(request, poll_id))

    def _draw(self, request: Request, poll_id: int) -> Response:
        poll, fields = self.own(poll_id), self.read(NewDraw, request.data)
        try:
            draw = polls.draw(poll=poll, by=request.auth.created_by, now=timezone.now(), **fields)
        except RuleRefused as refusal:
            raise _refused(refusal) from refusal
        return Response(_shown_draw(draw), status.HTTP_201_CREATED)


def _refused(refusal: RuleRefused) -> Problem:
    field = refusal.field or "body"
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(field, FieldCode.INVALID, str(refusal))])
