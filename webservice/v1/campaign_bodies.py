"""What the operations on campaigns read and answer (W4)."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from messaging.models import Campaign
from numberbank.models import Gender
from numberbank.targets import Choice, Criteria, Target
from webservice.problems import FieldCode
from webservice.v1.answers import CLASS_NAMES, ENCODING_NAMES, TEST, Answer
from webservice.v1.fields import (
    LONGEST_RECIPIENT,
    MOST_RECIPIENTS,
    MomentField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
    TextField,
)
from webservice.v1.serializers import LARGEST_ID, ListQuery, NewSend

STATES = [(state.value, state.value) for state in Campaign.State]
KINDS = [(kind.value, kind.value) for kind in Campaign.Kind]
CHOICES = [(choice.value, choice.value) for choice in Choice]
GENDERS = {"female": Gender.FEMALE, "male": Gender.MALE}
MOST_VALUES = 500
MOST_CHUNKS = 10_000
POSTAL = r"^[0-9]{5}(-[0-9]{5})?$"


def _ids(words: str) -> serializers.ListField:
    ids = StrictIntegerField(min_value=0, max_value=LARGEST_ID)
    return serializers.ListField(child=ids, required=False, max_length=MOST_VALUES, help_text=words)


class TargetFields(StrictSerializer):
    """Whom of the number bank: values of one field are alternatives, the fields must all hold; GET /bank lists them."""

    provinces = _ids("Ids of provinces.")
    cities = _ids("Ids of cities.")
    districts = _ids("Ids of districts of Tehran and Karaj.")
    suburbs = _ids("Ids of suburbs.")
    guilds = _ids("Ids of trades or of groups of trades.")
    prefixes = serializers.ListField(
        child=serializers.RegexField(r"^09[0-9]{1,4}$"), required=False, max_length=MOST_VALUES, help_text="0912, 0935."
    )
    genders = serializers.ListField(child=serializers.ChoiceField([*GENDERS]), required=False, max_length=2)
    postal = serializers.ListField(
        child=serializers.RegexField(POSTAL), required=False, max_length=MOST_VALUES,
        help_text="First five digits of postal codes, or ranges of them: 11368 or 11368-11400.",
    )  # fmt: skip
    choice = serializers.ChoiceField(
        CHOICES,
        default=Choice.ALL.value,
        help_text="All that match; the rows first to last of them; or amount by chance.",
    )
    first = StrictIntegerField(required=False, min_value=1, help_text="With rows: counted from 1.")
    last = StrictIntegerField(required=False, min_value=1, help_text="With rows.")
    amount = StrictIntegerField(required=False, min_value=1, help_text="With random.")
    seed = StrictIntegerField(
        required=False, min_value=0, max_value=2**31 - 1, default=0, help_text="With random: the same chooses the same."
    )
    reached_days = StrictIntegerField(
        required=False, min_value=1, max_value=365, help_text="Leave out whom the account wrote to in as many days."
    )

    def validate(self, attrs: dict) -> Target:
        criteria = Criteria(
            **{name: tuple(attrs.get(name, ())) for name in ("provinces", "cities", "districts", "suburbs", "guilds")},
            prefixes=tuple(int(prefix) for prefix in attrs.get("prefixes", ())),
            genders=tuple(GENDERS[name].value for name in attrs.get("genders", ())),
            postal=tuple(_range(written) for written in attrs.get("postal", ())),
        )
        if not criteria:
            raise serializers.ValidationError(_("Choose whom to write to: give at least one criterion."))
        choice = Choice(attrs["choice"])
        wanted = {Choice.ROWS: ("first", "last"), Choice.RANDOM: ("amount",)}.get(choice, ())
        missing = [name for name in wanted if name not in attrs]
        if missing:
            sentence = _("This choice needs the field.")
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(sentence, FieldCode.REQUIRED)] for name in missing}
            )
        numbers = {name: attrs[name] for name in wanted}
        return Target(
            criteria=criteria, choice=choice, seed=attrs["seed"], reached_days=attrs.get("reached_days"), **numbers
        )


def _range(written: str) -> tuple[int, int]:
    first, _dash, last = written.partition("-")
    return min(int(first), int(last or first)), max(int(first), int(last or first))


class NewCampaign(NewSend):
    """A text for many. With a target it is priced at once; otherwise its recipients are uploaded next."""

    text = TextField(help_text="The text for all recipients.")
    title = StrictCharField(required=False, allow_blank=True, max_length=120, default="", help_text="Your own name.")
    target = TargetFields(required=False, help_text="Subscribers of the number bank, instead of uploaded recipients.")
    message_class = serializers.ChoiceField(
        choices=CLASS_NAMES,
        default="bulk",
        help_text="What leaves first: otp overtakes transactional, which overtakes bulk.",
    )


class RecipientsChunk(StrictSerializer):
    """A piece of the recipients. A chunk that comes again is not taken twice."""

    chunk = StrictIntegerField(min_value=1, max_value=MOST_CHUNKS, help_text="Yours: 1, 2, 3 …")
    recipients = serializers.ListField(
        child=StrictCharField(max_length=LONGEST_RECIPIENT), allow_empty=False, max_length=MOST_RECIPIENTS,
        help_text="Up to 10,000 mobile numbers, in any way of writing.",
    )  # fmt: skip


class RecipientsFile(StrictSerializer):
    """A file of recipients."""

    file = serializers.FileField(help_text="Text, CSV, xls or xlsx; of a workbook the first sheet.")
    column = serializers.CharField(
        required=False, max_length=80, help_text="Name of the column of numbers, or its place from 1. Default: guessed."
    )


class CampaignQuery(ListQuery):
    """The filters of the list of campaigns."""

    state = serializers.ChoiceField(STATES, required=False)
    kind = serializers.ChoiceField(KINDS, required=False, help_text="Default: simple, advanced, p2p and bulk.")
    reference = serializers.CharField(required=False, max_length=120)
    tag = serializers.CharField(required=False, max_length=40)
    since = MomentField(required=False, help_text="Made at this time or later.")
    until = MomentField(required=False, help_text="Made before this time.")


class OperatorShare(Answer):
    operator = serializers.CharField()
    encoding = serializers.ChoiceField(ENCODING_NAMES)
    recipients = serializers.IntegerField()
    parts = serializers.IntegerField()
    price_per_part = serializers.IntegerField(help_text="Rials.")
    price = serializers.IntegerField(help_text="Rials.")


class Summary(Answer):
    rows = serializers.IntegerField(help_text="Recipients read.")
    valid = serializers.IntegerField(help_text="How many are sent to.")
    duplicates = serializers.IntegerField()
    invalid = serializers.IntegerField()
    opted_out = serializers.IntegerField()
    blocked = serializers.IntegerField()
    no_route = serializers.IntegerField()
    operators = OperatorShare(many=True)


class Progress(Answer):
    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    submitted = serializers.IntegerField()
    delivered = serializers.IntegerField()
    undelivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unknown = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="How many no longer wait to be handed to an operator.")


class ListedCampaign(Answer):
    id = serializers.IntegerField()
    test = serializers.BooleanField(help_text=TEST)
    kind = serializers.ChoiceField(KINDS)
    state = serializers.ChoiceField(STATES)
    title = serializers.CharField(allow_blank=True)
    line = serializers.CharField()
    class_ = serializers.ChoiceField(CLASS_NAMES)
    reference = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    send_at = serializers.DateTimeField(allow_null=True)
    validity = serializers.IntegerField(allow_null=True, help_text="Minutes.")
    recipients = serializers.IntegerField(help_text="How many are sent to; 0 until it is priced.")
    parts = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Rials.")
    currency = serializers.CharField()
    quote_expires_at = serializers.DateTimeField(allow_null=True, help_text="Until when the price holds.")
    progress = Progress(allow_null=True, help_text="Null until it was started.")
    created_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class Source(Answer):
    file = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField(help_text="Recipients uploaded; of a large file, its lines.")
    rows_read = serializers.IntegerField(help_text="How far the planning is.")
    chunks = serializers.IntegerField(help_text="Stored chunks that are not priced yet.")
    is_target = serializers.BooleanField()


class FullCampaign(ListedCampaign):
    text = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_null=True, help_text="Why it failed, in words.")
    source = Source()
    summary = Summary(allow_null=True, help_text="Null until it is priced.")


class CampaignPage(Answer):
    campaigns = ListedCampaign(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class StoredRecipients(Answer):
    campaign = serializers.IntegerField()
    is_repeat = serializers.BooleanField(help_text="This very chunk was stored before; nothing was added.")
    source = Source()
