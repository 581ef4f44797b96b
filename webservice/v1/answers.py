"""The bodies that the native API answers with, for its description; the views build them as plain dictionaries."""

from rest_framework import serializers

from webservice.problems import MEANINGS
from webservice.v1.words import CLASS_OF, ENCODINGS, STATUS_OF

MESSAGE_STATES = [(name, name) for name in STATUS_OF]
SKIPPED = [(name, name) for name in ("invalid", "duplicate", "opted_out", "blocked", "no_route")]
CAMPAIGN_STATES = [(name, name) for name in ("review", "scheduled", "queued", "running", "finished")]
ENCODING_NAMES = [(name, name) for name in ENCODINGS.values()]
TEST = "Sent with a test key: free, and only to the simulated operator."
CLASS_NAMES = [(name, name) for name in CLASS_OF]


class Answer(serializers.Serializer):
    """Every member is always there; those that may be empty are null."""

    def get_fields(self):
        fields = super().get_fields()
        return {name.rstrip("_"): field for name, field in fields.items()}


class Recipient(Answer):
    id = serializers.IntegerField(allow_null=True, help_text="The message; null for a recipient that got none.")
    to = serializers.CharField(help_text="+98…, or what was written where it is no mobile number.")
    state = serializers.ChoiceField(MESSAGE_STATES, allow_null=True)
    skipped = serializers.ChoiceField(SKIPPED, allow_null=True, help_text="Why nothing is sent; costs nothing.")
    parts = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Rials.")
    operator = serializers.CharField(allow_null=True)
    encoding = serializers.ChoiceField(ENCODING_NAMES, allow_null=True)


class Planned(Answer):
    test = serializers.BooleanField(help_text=TEST)
    state = serializers.ChoiceField(CAMPAIGN_STATES)
    line = serializers.CharField()
    class_ = serializers.ChoiceField(CLASS_NAMES)
    send_at = serializers.DateTimeField(allow_null=True)
    validity = serializers.IntegerField(allow_null=True, help_text="Minutes.")
    reference = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    recipients = serializers.IntegerField(help_text="How many are sent to.")
    parts = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Rials, all recipients together.")
    currency = serializers.CharField()
    balance = serializers.IntegerField(help_text="Rials left now.")
    messages = Recipient(many=True, help_text="One row for each recipient asked for, in that order.")


class SentMessages(Planned):
    campaign = serializers.IntegerField()


class Quote(Planned):
    quote = serializers.IntegerField(help_text="POST /messages with it sends exactly this.")
    expires_at = serializers.DateTimeField()


class MessageError(Answer):
    code = serializers.CharField(
        help_text="smpp:<command_status>, receipt:<code>, or opted_out, blocked, no_route, expired, cancelled, unknown."
    )
    detail = serializers.CharField()


class ListedMessage(Answer):
    id = serializers.IntegerField()
    campaign = serializers.IntegerField()
    test = serializers.BooleanField(help_text=TEST)
    to = serializers.CharField()
    line = serializers.CharField()
    class_ = serializers.ChoiceField(CLASS_NAMES)
    state = serializers.ChoiceField(MESSAGE_STATES)
    error = MessageError(allow_null=True)
    parts = serializers.IntegerField()
    encoding = serializers.ChoiceField(ENCODING_NAMES)
    price = serializers.IntegerField(help_text="Rials.")
    returned = serializers.IntegerField(help_text="Rials that came back.")
    currency = serializers.CharField()
    operator = serializers.CharField(allow_null=True)
    reference = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    send_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)


class TimelineStep(Answer):
    state = serializers.ChoiceField(MESSAGE_STATES)
    at = serializers.DateTimeField()


class PartReceipt(Answer):
    state = serializers.ChoiceField(MESSAGE_STATES)
    error = serializers.CharField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)


class PartSubmission(Answer):
    part = serializers.IntegerField()
    attempt = serializers.IntegerField()
    is_accepted = serializers.BooleanField()
    command_status = serializers.IntegerField(help_text="The operator's answer, as SMPP numbers it; 0 is accepted.")
    operator_message_id = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField()
    receipt = PartReceipt(allow_null=True)


class FullMessage(ListedMessage):
    text = serializers.CharField()
    validity = serializers.IntegerField(allow_null=True, help_text="Minutes.")
    timeline = TimelineStep(many=True)
    submissions = PartSubmission(many=True)


class MessagePage(Answer):
    messages = ListedMessage(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class CancelledMessage(Answer):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(MESSAGE_STATES, allow_null=True, help_text="Null: the account has none such.")
    is_cancelled = serializers.BooleanField(help_text="By this request.")


class Cancelled(Answer):
    cancelled = serializers.IntegerField(help_text="How many were cancelled by this request.")
    returned = serializers.IntegerField(help_text="Rials that came back for them.")
    currency = serializers.CharField()
    balance = serializers.IntegerField(help_text="Rials left now.")
    messages = CancelledMessage(many=True, help_text="One row for each id asked for, in that order.")


class Money(Answer):
    balance = serializers.IntegerField(help_text="Rials.")
    credit_limit = serializers.IntegerField(help_text="Rials that the balance may fall below zero.")
    currency = serializers.CharField()


class SenderLine(Answer):
    number = serializers.CharField()
    kind = serializers.ChoiceField([(name, name) for name in ("advertising", "service", "shared")])


class LineList(Answer):
    lines = SenderLine(many=True)


class KnownProblem(Answer):
    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    advice = serializers.CharField()


class ProblemList(Answer):
    problems = KnownProblem(many=True)


class WrongField(Answer):
    field = serializers.CharField(help_text="Such as line or to[3].")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemDocument(Answer):
    """RFC 9457. Further members depend on the code: needed and balance, scope, address, messages."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField([(str(code), str(code)) for code in MEANINGS])
    detail = serializers.CharField(help_text="What is wrong and what to do, in the language of Accept-Language.")
    errors = WrongField(many=True, required=False)
    needed = serializers.IntegerField(required=False)
    balance = serializers.IntegerField(required=False)
    scope = serializers.CharField(required=False)
    address = serializers.CharField(required=False)
    limit = serializers.CharField(required=False)
    state = serializers.CharField(required=False)
    messages = Recipient(many=True, required=False)
