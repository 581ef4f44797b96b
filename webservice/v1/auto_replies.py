"""Auto-reply rules and default replies over the web service (6, W5)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from autoreply import selectors, services
from autoreply.models import LineReply, Match, Rule
from autoreply.models.rules import EVERY_DAY
from autoreply.rules import KEYWORD_LONGEST, KEYWORDS_MAX
from autoreply.trying import Trial, try_text
from common.phones import e164, normalise_line
from numbers.models import Line
from phonebook.models import Group
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import MomentField, StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import LARGEST_ID, ListQuery
from webservice.v1.words import moment

Scope = ApiKey.Scope
LONGEST_TEXT = 20_000
MATCHES = {"exact": Match.EXACT, "first_word": Match.FIRST_WORD, "contains": Match.CONTAINS}
MATCH_NAMES = {int(value): name for name, value in MATCHES.items()}
_WRITE = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_NEW = {"keywords": ["price", "cost"], "reply": "Our prices: example.com/prices", "match": "first_word"}
_ROW = {
    "id": 7, "keywords": ["price", "cost"], "reply": "Our prices: example.com/prices", "match": "first_word",
    "line": None, "priority": 5, "is_enabled": True, "active_from": None, "active_until": None,
    "weekdays": [0, 1, 2, 3, 4, 5, 6],
    "hours": "", "joins_group": None, "leaves_group": None, "forward_to": None, "forward_url": "",
    "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
_DEFAULT = {
    "line": "30001234", "default_reply": "We have your message.", "is_enabled": True, "per_hour": 5, "per_day": 20,
}  # fmt: skip
_TRIAL = {
    "outcome": "rule", "rule": 7, "keyword": "price", "reply": "Our prices: example.com/prices", "parts": 1,
    "problem": None, "others": [{"rule": 9, "keyword": "price of gold", "why": "off"}],
}  # fmt: skip


class AutoReply(Answer):
    id = serializers.IntegerField()
    keywords = serializers.ListField(child=serializers.CharField())
    reply = serializers.CharField(allow_blank=True)
    match = serializers.ChoiceField(choices=[(name, name) for name in MATCHES])
    line = serializers.CharField(allow_null=True, help_text="null: every line of the account.")
    priority = serializers.IntegerField(help_text="1 to 9; the smaller answers first.")
    is_enabled = serializers.BooleanField()
    active_from = serializers.DateTimeField(allow_null=True)
    active_until = serializers.DateTimeField(allow_null=True)
    weekdays = serializers.ListField(child=serializers.IntegerField(), help_text="0 is Saturday, 6 Friday.")
    hours = serializers.CharField(allow_blank=True, help_text="Tehran time, such as 08:00-22:00.")
    joins_group = serializers.IntegerField(allow_null=True)
    leaves_group = serializers.IntegerField(allow_null=True)
    forward_to = serializers.CharField(allow_null=True)
    forward_url = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class AutoReplyPage(Answer):
    auto_replies = AutoReply(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class DefaultReply(Answer):
    line = serializers.CharField()
    default_reply = serializers.CharField(allow_blank=True)
    is_enabled = serializers.BooleanField()
    per_hour = serializers.IntegerField(help_text="Answers to one sender in an hour, rules included.")
    per_day = serializers.IntegerField(help_text="Answers to one sender in a day, rules included.")


class DefaultReplies(Answer):
    default_replies = DefaultReply(many=True)


class OtherRule(Answer):
    rule = serializers.IntegerField()
    keyword = serializers.CharField()
    why = serializers.CharField(help_text="off, early, late, day, hour, or outranked by the rule that answers.")


class AutoReplyTrial(Answer):
    outcome = serializers.CharField(help_text="rule, default, nothing, or opt_out_word.")
    rule = serializers.IntegerField(allow_null=True)
    keyword = serializers.CharField(allow_null=True)
    reply = serializers.CharField(allow_blank=True)
    parts = serializers.IntegerField()
    problem = serializers.CharField(allow_null=True, help_text="Why the reply would not leave.")
    others = OtherRule(many=True)


def _own_line(account: Account, number: str | None) -> Line | None:
    """The account's own line with this number, None for none. Raises ValidationError."""
    if number is None:
        return None
    line = selectors.own_lines(account).filter(number=normalise_line(number) or "").first()
    if line is None:
        sentence = _("The account has no line of its own with this number.")
        raise serializers.ValidationError(sentence, FieldCode.NOT_FOUND)
    return line


def _own_group(account: Account, group_id: int | None) -> Group | None:
    """The account's group with this id, None for none. Raises ValidationError."""
    if group_id is None:
        return None
    group = Group.objects.of(account).filter(pk=group_id).first()
    if group is None:
        raise serializers.ValidationError(_("The account has no such group."), FieldCode.NOT_FOUND)
    return group


def _group(**options) -> StrictIntegerField:
    limits = {"min_value": 1, "max_value": LARGEST_ID}
    return StrictIntegerField(required=False, allow_null=True, default=None, **limits, **options)


class WithLine(StrictSerializer):
    """Reads ``line``, the number of a line of the account itself."""

    def validate_line(self, number: str | None) -> Line | None:
        return _own_line(self.context["account"], number)


class NewAutoReply(WithLine):
    """A rule as it shall be, whole: what is left out takes its default."""

    keywords = serializers.ListField(
        child=StrictCharField(max_length=KEYWORD_LONGEST), min_length=1, max_length=KEYWORDS_MAX
    )
    reply = StrictCharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT, trim_whitespace=False
    )
    match = serializers.ChoiceField(choices=[(name, name) for name in MATCHES], default="exact")
    line = StrictCharField(required=False, allow_null=True, default=None, max_length=24, help_text="null: every line.")
    priority = StrictIntegerField(required=False, default=5, min_value=1, max_value=9)
    is_enabled = serializers.BooleanField(required=False, default=True)
    active_from = MomentField(required=False, allow_null=True, default=None)
    active_until = MomentField(required=False, allow_null=True, default=None)
    weekdays = serializers.ListField(
        child=StrictIntegerField(min_value=0, max_value=6), required=False, min_length=1, max_length=7,
        help_text="0 is Saturday, 6 Friday; all where it is left out.",
    )  # fmt: skip
    hours = StrictCharField(required=False, allow_blank=True, default="", max_length=11)
    joins_group = _group(help_text="The sender is put into this group.")
    leaves_group = _group(help_text="The sender is taken out of this group.")
    forward_to = StrictCharField(required=False, allow_null=True, default=None, max_length=24)
    forward_url = StrictCharField(required=False, allow_blank=True, default="", max_length=500)

    def validate_joins_group(self, group_id: int | None) -> Group | None:
        return _own_group(self.context["account"], group_id)

    def validate_leaves_group(self, group_id: int | None) -> Group | None:
        return _own_group(self.context["account"], group_id)

    def validate(self, attrs: dict) -> dict:
        days = attrs.pop("weekdays", None)
        attrs["weekdays"] = EVERY_DAY if days is None else sum(1 << day for day in set(days))
        attrs["match"] = MATCHES[attrs["match"]]
        return attrs | {"joins": attrs.pop("joins_group"), "leaves": attrs.pop("leaves_group")}


class NewDefaultReply(WithLine):
    """What a line answers where no rule does, and its limits for one sender."""

    line = StrictCharField(max_length=24)
    default_reply = StrictCharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)
    is_enabled = serializers.BooleanField(required=False, default=True)
    per_hour = StrictIntegerField(required=False, default=LineReply.PER_HOUR, min_value=1, max_value=100)
    per_day = StrictIntegerField(required=False, default=LineReply.PER_DAY, min_value=1, max_value=1000)


class NewTrial(WithLine):
    """A text that a subscriber might send."""

    text = StrictCharField(max_length=2000, allow_blank=True, trim_whitespace=False)
    line = StrictCharField(max_length=24)


class AutoReplyQuery(ListQuery):
    """The filters of the rules."""

    text = serializers.CharField(required=False, max_length=100, help_text="A part of a keyword or of the reply.")


def shown(rule: Rule) -> dict:
    return {
        "id": rule.pk,
        "keywords": [keyword.written for keyword in rule.keywords.all()],
        "reply": rule.reply,
        "match": MATCH_NAMES[rule.match],
        "line": rule.line.number if rule.line else None,
        "priority": rule.priority,
        "is_enabled": rule.is_enabled,
        "active_from": moment(rule.active_from),
        "active_until": moment(rule.active_until),
        "weekdays": [day for day in range(7) if rule.weekdays >> day & 1],
        "hours": rule.hours,
        "joins_group": rule.joins_id,
        "leaves_group": rule.leaves_id,
        "forward_to": e164(rule.forward_to) if rule.forward_to else None,
        "forward_url": rule.forward_url,
        "created_at": moment(rule.created_at),
    }


def _refused(refusal: services.RuleRefused) -> Problem:
    field = {"joins": "joins_group", "leaves": "leaves_group"}.get(refusal.field, refusal.field)
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(field, FieldCode.INVALID, str(refusal))])


class AutoReplies(ApiView):
    """The account's rules."""

    scopes = {"GET": Scope.INBOX, "POST": Scope.INBOX}

    @extend_schema(
        operation_id="list_auto_replies",
        summary="List auto-reply rules, newest first",
        description="Without the rules of polls.",
        tags=["Auto-replies"],
        parameters=[AutoReplyQuery, documentation.PREFER, *_READ],
        responses={
            200: OpenApiResponse(AutoReplyPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", {"auto_replies": [_ROW], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(AutoReplyQuery, request.query_params)
        found = selectors.rules(self.account, text=query.get("text", ""))
        rows, members = page_of(found, query, counted=wants_count(request))
        return Response({"auto_replies": [shown(row) for row in rows], **members}, headers=preference(request))

    @extend_schema(
        operation_id="add_auto_reply",
        summary="Add an auto-reply rule",
        description="When a keyword comes in, the reply goes out at the usual price of a message.",
        tags=["Auto-replies"],
        parameters=_WRITE,
        request=NewAutoReply,
        responses={
            201: OpenApiResponse(AutoReply, "The rule."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A rule", _NEW, request=True),
            documentation.example("Added", _ROW, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(NewAutoReply, request.data)
        try:
            rule = services.save_rule(account=self.account, by=request.auth.created_by, **fields)
        except services.RuleRefused as refusal:
            raise _refused(refusal) from refusal
        return Response(shown(rule), status.HTTP_201_CREATED)


class AutoReplyDetail(ApiView):
    """One rule."""

    scopes = {"GET": Scope.INBOX, "PUT": Scope.INBOX, "DELETE": Scope.INBOX}

    @extend_schema(
        operation_id="get_auto_reply",
        summary="One auto-reply rule",
        description="With its keywords as they were written.",
        tags=["Auto-replies"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(AutoReply, "The rule."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("A rule", _ROW)],
    )
    def get(self, request: Request, rule_id: int) -> HttpResponse:
        return Response(shown(self._own(rule_id)))

    @extend_schema(
        operation_id="change_auto_reply",
        summary="Replace an auto-reply rule",
        description="The whole rule: what is left out takes its default.",
        tags=["Auto-replies"],
        parameters=_WRITE,
        request=NewAutoReply,
        responses={
            200: OpenApiResponse(AutoReply, "The rule as it is now."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[
            documentation.example("A rule", _NEW, request=True),
            documentation.example("Changed", _ROW),
        ],
    )
    def put(self, request: Request, rule_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._change(request, rule_id))

    def _change(self, request: Request, rule_id: int) -> Response:
        rule = self._own(rule_id)
        fields = self.read(NewAutoReply, request.data)
        try:
            services.save_rule(account=self.account, rule=rule, by=request.auth.created_by, **fields)
        except services.RuleRefused as refusal:
            raise _refused(refusal) from refusal
        return Response(shown(self._own(rule_id)))

    @extend_schema(
        operation_id="delete_auto_reply",
        summary="Delete an auto-reply rule",
        description="Answers the rule as it was; what it answered stays in the log.",
        tags=["Auto-replies"],
        parameters=_WRITE,
        request=None,
        responses={
            200: OpenApiResponse(AutoReply, "The rule that was deleted."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[documentation.example("Deleted", _ROW)],
    )
    def delete(self, request: Request, rule_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(request, rule_id))

    def _delete(self, request: Request, rule_id: int) -> Response:
        body = shown(self._own(rule_id))
        services.delete_rules(account=self.account, ids=[rule_id], by=request.auth.created_by)
        return Response(body)

    def _own(self, rule_id: int) -> Rule:
        rule = selectors.rules(self.account).filter(pk=rule_id).first() if rule_id <= LARGEST_ID else None
        if rule is None:
            raise Problem(Code.NOT_FOUND)
        return rule


class AutoReplyTest(ApiView):
    """The test box."""

    scopes = {"POST": Scope.INBOX}

    @extend_schema(
        operation_id="test_auto_reply",
        summary="Which rule would answer a text",
        description="What would be sent, and why other rules that fit would not answer. Nothing is sent or kept.",
        tags=["Auto-replies"],
        parameters=_WRITE,
        request=NewTrial,
        responses={
            200: OpenApiResponse(AutoReplyTrial, "What would happen."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A text", {"text": "price of gold", "line": "30001234"}, request=True),
            documentation.example("A rule answers", _TRIAL),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._try(request))

    def _try(self, request: Request) -> Response:
        fields = self.read(NewTrial, request.data)
        return Response(_shown_trial(try_text(account=self.account, now=timezone.now(), **fields)))


def _shown_trial(trial: Trial) -> dict:
    outcome = "rule" if trial.rule else "default" if trial.is_default else "nothing"
    return {
        "outcome": "opt_out_word" if trial.is_opt_out_word else outcome,
        "rule": trial.rule.pk if trial.rule else None,
        "keyword": trial.keyword or None,
        "reply": trial.reply,
        "parts": trial.parts,
        "problem": trial.problem or None,
        "others": [{"rule": one.rule.pk, "keyword": one.keyword, "why": one.code} for one in trial.others],
    }


class LineReplies(ApiView):
    """What each line answers where no rule does."""

    scopes = {"GET": Scope.INBOX, "PUT": Scope.INBOX}

    @extend_schema(
        operation_id="list_default_replies",
        summary="The default reply of each line",
        description="Every line of the account, also those that answer nothing.",
        tags=["Auto-replies"],
        parameters=_READ,
        responses={200: OpenApiResponse(DefaultReplies, "The lines."), **documentation.refusals(*documentation.ALWAYS)},
        examples=[documentation.example("Lines", {"default_replies": [_DEFAULT]})],
    )
    def get(self, request: Request) -> HttpResponse:
        rows = [_shown_default(line, row) for line, row in selectors.line_replies(self.account)]
        return Response({"default_replies": rows})

    @extend_schema(
        operation_id="set_default_reply",
        summary="Set a line's default reply and limits",
        description="An empty text ends it. The limits hold for rules too.",
        tags=["Auto-replies"],
        parameters=_WRITE,
        request=NewDefaultReply,
        responses={
            200: OpenApiResponse(DefaultReply, "The line as it is now."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A text", {"line": "30001234", "default_reply": "We have it."}, request=True),
            documentation.example("Set", _DEFAULT),
        ],
    )
    def put(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._set(request))

    def _set(self, request: Request) -> Response:
        fields = self.read(NewDefaultReply, request.data)
        try:
            row = services.set_line_reply(account=self.account, by=request.auth.created_by, **fields)
        except services.RuleRefused as refusal:
            field = "default_reply" if refusal.field == "reply" else refusal.field
            raise Problem(
                Code.VALIDATION_FAILED, errors=[FieldError(field, FieldCode.INVALID, str(refusal))]
            ) from refusal
        return Response(_shown_default(fields["line"], row))


def _shown_default(line: Line, row: LineReply) -> dict:
    names = ("default_reply", "is_enabled", "per_hour", "per_day")
    return {"line": line.number} | {name: getattr(row, name) for name in names}
