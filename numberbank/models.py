"""The bank of subscriber numbers: places and trades, the subscribers, and the bitmaps that count them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User


class Named(models.Model):
    """A row with a name in each language; the Persian one stands in where the English is not known."""

    name_fa = models.CharField(_("Persian name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_fa if (get_language() or "fa").startswith("fa") else self.name_en or self.name_fa


class Province(Named):
    """A province; its id is the Statistical Centre's code (0 … 30)."""

    id = models.SmallIntegerField(primary_key=True)
    iso = models.CharField(max_length=5)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["name_fa"]


class City(Named):
    """A city of a province."""

    id = models.IntegerField(primary_key=True)
    province = models.ForeignKey(Province, models.PROTECT, related_name="cities", verbose_name=_("province"))

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name_fa"]


class District(Named):
    """A municipal district: 1 … 22 of Tehran; 101 … 110 are the ten of Karaj."""

    KARAJ = 100

    id = models.SmallIntegerField(primary_key=True)
    city = models.ForeignKey(City, models.PROTECT, related_name="districts", verbose_name=_("city"))
    number = models.SmallIntegerField(_("number"))
    part_fa = models.CharField(max_length=60, blank=True)
    part_en = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["id"]


class Neighbourhood(Named):
    """A neighbourhood; ``district`` is empty where no source says in which it lies."""

    city = models.ForeignKey(City, models.PROTECT, related_name="neighbourhoods", verbose_name=_("city"))
    district = models.ForeignKey(
        District, models.PROTECT, null=True, related_name="neighbourhoods", verbose_name=_("district")
    )

    class Meta:
        verbose_name = _("neighbourhood")
        verbose_name_plural = _("neighbourhoods")
        ordering = ["id"]


class Suburb(Named):
    """A town around Tehran (حومه)."""

    id = models.SmallIntegerField(primary_key=True)
    county_fa = models.CharField(max_length=40)
    province = models.ForeignKey(Province, models.PROTECT, related_name="suburbs", verbose_name=_("province"))

    class Meta:
        verbose_name = _("suburb")
        verbose_name_plural = _("suburbs")
        ordering = ["id"]


class Guild(Named):
    """A trade (صنف), or a group of trades where ``group`` is empty. The id is the code read as a number."""

    id = models.SmallIntegerField(primary_key=True)
    code = models.CharField(_("code"), max_length=4, unique=True)
    group = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="trades", verbose_name=_("group")
    )

    class Meta:
        verbose_name = _("guild")
        verbose_name_plural = _("guilds")
        ordering = ["code"]


class PostalRange(models.Model):
    """The first five digits of postal codes of a province, or of a county of it."""

    first = models.IntegerField()
    last = models.IntegerField()
    province = models.ForeignKey(Province, models.PROTECT, related_name="postal_ranges")
    county_fa = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("range of postal codes")
        verbose_name_plural = _("ranges of postal codes")
        ordering = ["first", "last"]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class Gender(models.IntegerChoices):
    FEMALE = 1, _("Women")
    MALE = 2, _("Men")


class Subscriber(models.Model):
    """A mobile number of the bank and what is known of it. Written by numberbank.loading only.

    ``position`` is its place in the bank, given once, in the order of loading: a segment of the bitmaps is a range of
    positions. References are not checked by the database; the loader writes only ids that it has read.
    """

    msisdn = models.BigIntegerField(_("number"), primary_key=True)
    position = models.IntegerField(unique=True)
    province = models.ForeignKey(
        Province, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    city = models.ForeignKey(City, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")
    district = models.ForeignKey(
        District, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    suburb = models.ForeignKey(
        Suburb, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    guild = models.ForeignKey(
        Guild, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    gender = models.SmallIntegerField(_("gender"), choices=Gender, null=True)
    postal = models.IntegerField(_("postal code (first five digits)"), null=True)
    postal_rest = models.IntegerField(_("postal code (last five digits)"), null=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        indexes = [
            models.Index(
                fields=["postal", "position"], condition=models.Q(postal__isnull=False), name="subscriber_postal"
            )
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class Segment(models.Model):
    """262,144 positions of the bank: their numbers as one column, and how many there are.

    A loader marks a segment changed in the transaction that changes its subscribers; numberbank.bitmaps.refresh makes
    its numbers and bitmaps anew in one transaction. What is counted and sent to is always this committed picture.
    """

    SIZE = 1 << 18

    id = models.IntegerField(primary_key=True)
    numbers = models.BinaryField(help_text="uint32 each: the number less 989000000000; 4294967295 is an empty place")
    present = models.BinaryField(help_text="which positions have a subscriber, bit by bit")
    count = models.IntegerField(default=0)
    is_changed = models.BooleanField(default=True)
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return str(self.id)


class Dimension(models.IntegerChoices):
    """What a target may ask for. The last two say what is known of a prefix's subscribers (3.4 b, c)."""

    PROVINCE = 1, _("Province")
    CITY = 2, _("City")
    DISTRICT = 3, _("District")
    SUBURB = 4, _("Suburb")
    GUILD = 5, _("Guild")
    GUILD_GROUP = 6, _("Group of guilds")
    PREFIX = 7, _("Prefix")
    GENDER = 8, _("Gender")
    PREFIX_WITH_GENDER = 9, _("Prefix, gender known")
    PREFIX_WITH_REGION = 10, _("Prefix, region known")


class Bitmap(models.Model):
    """Which positions of a segment have a value: 32,768 octets, bit by bit, or while they are fewer than 4,096 the
    positions themselves (uint32 each). ``count`` is how many they are, so a sum of rows is a count without any bits."""

    pk = models.CompositePrimaryKey("dimension", "value", "segment")
    dimension = models.SmallIntegerField(choices=Dimension)
    value = models.IntegerField()
    segment = models.IntegerField()
    count = models.IntegerField()
    bits = models.BinaryField()

    class Meta:
        verbose_name = _("bitmap")
        verbose_name_plural = _("bitmaps")
        indexes = [models.Index(fields=["segment"], name="bitmap_segment")]

    def __str__(self) -> str:
        return f"{self.get_dimension_display()} {self.value}/{self.segment}"


class Load(models.Model):
    """One file loaded into the bank (3.6). ``rows_read`` is the checkpoint: rows up to it are committed."""

    class State(models.TextChoices):
        """mapping → waiting → loading → indexing → done; waiting, loading → cancelled; loading, indexing → failed.

        A lost worker leaves loading or indexing behind; whoever finds ``lease_until`` passed goes on from there.
        """

        MAPPING = "mapping", _("Columns to be chosen")
        WAITING = "waiting", _("Waiting")
        LOADING = "loading", _("Loading")
        INDEXING = "indexing", _("Counting")
        DONE = "done", _("Loaded")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    path = models.CharField(max_length=400)
    filename = models.CharField(_("file name"), max_length=200)
    columns = models.JSONField(_("columns"), default=dict, help_text="field → index of the file's column")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAPPING)
    rows_total = models.BigIntegerField(_("rows of the file"), null=True)
    rows_read = models.BigIntegerField(_("rows read"), default=0)
    added = models.BigIntegerField(_("added"), default=0)
    changed = models.BigIntegerField(_("changed"), default=0)
    unchanged = models.BigIntegerField(_("unchanged"), default=0)
    rejected = models.BigIntegerField(_("rejected"), default=0)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("loaded by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads into the number bank")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename


class Reject(models.Model):
    """A row of a file that was not loaded; ``row`` is its number as Excel counts."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="rejects", db_index=False)
    row = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    cells = models.JSONField()

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        indexes = [models.Index(fields=["load", "id"], name="reject_load")]

    def __str__(self) -> str:
        return f"{self.load_id}:{self.row}"


class Audience(models.Model):
    """A target that an account saved under a name; its count is worked out when it is looked at (3.7)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="audiences", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=80)
    mode = models.CharField(max_length=20)
    criteria = models.JSONField()
    reached_days = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="audience_name_once")]

    def __str__(self) -> str:
        return self.name
