"""Contacts, groups, own fields and opt-outs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from numbers.models import Line


class Group(models.Model):
    """A named set of an account's contacts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contact_groups", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """An own field of an account's contacts (شاخص جدید, 9.3). Its ``key`` names it in values, placeholders and the web
    service; it never changes and is never given again, so a deleted field keeps its row and can come back."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")

    account = models.ForeignKey(Account, models.CASCADE, related_name="contact_fields", verbose_name=_("account"))
    key = models.CharField(_("field key"), max_length=30)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    place = models.PositiveIntegerField(_("place"), default=0)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="field_key_once"),
            models.UniqueConstraint(
                fields=["account", "name"], condition=models.Q(deleted_at=None), name="field_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _name_key(*names: str) -> models.GeneratedField:
    key = Func(*names, function="phonebook_name_key")
    return models.GeneratedField(expression=key, output_field=models.TextField(db_collation="C"), db_persist=True)


class Contact(models.Model):
    """A person an account writes to; one row a number.

    ``values`` holds the own fields: key → value written as phonebook.values says, always text. The database keeps more
    columns by itself: ``search``, the words of names, number and values (migration 0003), and the keys by which names
    stand in the order of the Persian alphabet, the nameless last (migration 0007).
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts", verbose_name=_("account"))
    msisdn = models.BigIntegerField(_("mobile"), help_text=_("E.164 without the plus: 989121234567"))
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    values = models.JSONField(_("own fields"), default=dict, db_default={}, blank=True)
    groups = models.ManyToManyField(Group, through="GroupMember", related_name="contacts", verbose_name=_("groups"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    name_key = _name_key("first_name", "last_name")
    last_name_key = _name_key("last_name", "first_name")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["last_name_key", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "msisdn"], name="contact_number_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="contact_newest"),
            models.Index(fields=["account", "name_key", "id"], name="contact_by_name_key"),
            models.Index(fields=["account", "last_name_key", "id"], name="contact_by_last_name_key"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or f"+{self.msisdn}"


class DeletedContact(models.Model):
    """A contact in the trash of the phonebook (9.1): a copy in a table of its own, so that no send, count, list or file
    can meet it. Restoring gives it back its id and those of its groups that still are. ``deletion`` is one for all that
    were deleted together."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="deleted_contacts", verbose_name=_("account"))
    contact_id = models.BigIntegerField()
    msisdn = models.BigIntegerField(_("mobile"))
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    values = models.JSONField(_("own fields"), default=dict, blank=True)
    group_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    deletion = models.UUIDField(editable=False)
    created_at = models.DateTimeField(_("created"))
    deleted_at = models.DateTimeField(_("Time of deletion"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted contact")
        verbose_name_plural = _("deleted contacts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="deleted_contact_newest"),
            models.Index(fields=["deletion", "id"], name="deleted_contact_together"),
            models.Index(fields=["deleted_at"], name="deleted_contact_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or f"+{self.msisdn}"


class GroupMember(models.Model):
    """A contact's place in a group."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="group_member_once")]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.contact_id}"


class Import(models.Model):
    """A file on its way into the phonebook (درون‌برد, 9.4). Rows are counted in the transaction that puts them in, so
    whoever goes on after a crash goes on from there."""

    class State(models.TextChoices):
        """mapping → waiting → running → done | failed; from the first three, cancelled.

        The owner leaves mapping by choosing the columns; phonebook.importing moves the rest.
        """

        MAPPING = "mapping", _("Choosing columns")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Import finished")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    class OnDuplicate(models.TextChoices):
        SKIP = "skip", _("Leave the contact as it is")
        FILL = "fill", _("Fill in only what is empty")
        OVERWRITE = "overwrite", _("Take what the file says")

    account = models.ForeignKey(Account, models.CASCADE, related_name="contact_imports", verbose_name=_("account"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by"))
    path = models.CharField(max_length=120)
    filename = models.CharField(_("file"), max_length=200)
    language = models.CharField(max_length=5, default="fa")
    columns = models.JSONField(_("columns"), default=dict)
    on_duplicate = models.CharField(_("known numbers"), max_length=9, choices=OnDuplicate, default=OnDuplicate.FILL)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="+", verbose_name=_("group"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.MAPPING)
    rows_total = models.PositiveIntegerField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state__in=["waiting", "running"]), name="import_unfinished")
        ]

    def __str__(self) -> str:
        return self.filename


class ImportReject(models.Model):
    """A row of a file that did not come in: where, what is wrong with it in the owner's language, and its cells."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    cells = models.JSONField()

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        constraints = [models.UniqueConstraint(fields=["of", "row"], name="import_reject_once")]

    def __str__(self) -> str:
        return f"{self.of_id}/{self.row}"


class BulkChange(models.Model):
    """Something done to all contacts that a filter finds (9.1), in the phonebook or in its trash, batch by batch in the
    order of their ids. ``last_id`` is how far it is; it moves in the transaction of its batch. Rows added after
    ``up_to_id`` are not meant. ``deletion`` is what deleted contacts are marked with, or the one that is undone."""

    class What(models.TextChoices):
        PUT = "put", _("Put in a group")
        TAKE = "take", _("Taken out of a group")
        DELETE = "delete", _("Deleted")
        RESTORE = "restore", _("Restored")
        ERASE = "erase", _("Deleted for ever")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    what = models.CharField(max_length=7, choices=What)
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+")
    deletion = models.UUIDField(null=True)
    text = models.CharField(max_length=80, blank=True)
    values = models.JSONField(default=dict)
    within = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="+")
    last_id = models.BigIntegerField(default=0)
    up_to_id = models.BigIntegerField()
    changed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of many contacts")
        verbose_name_plural = _("changes of many contacts")
        indexes = [models.Index(fields=["account"], condition=models.Q(done_at=None), name="bulk_change_under_way")]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"


class OptOut(models.Model):
    """A subscriber who does not want messages from a line («لغو11»), or from any line of the account (line empty).

    Without an account he left a shared line, whoever sends from it. ``reason`` says who asked: phonebook.opt_outs.
    """

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="opt_outs", verbose_name=_("account"))
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="opt_outs", verbose_name=_("line")
    )
    msisdn = models.BigIntegerField(_("mobile"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "line", "msisdn"], nulls_distinct=False, name="opt_out_once"),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | models.Q(line__isnull=False), name="opt_out_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class OptOutWords(models.Model):
    """How subscribers leave and rejoin an account's lines, beyond «لغو11» and «12», and what they are told (9.7)."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="opt_out_words", verbose_name=_("account"))
    leave = models.JSONField(_("words to leave"), default=list, blank=True)
    rejoin = models.JSONField(_("words to come back"), default=list, blank=True)
    confirms = models.BooleanField(_("confirm by a message"), default=False)
    left_text = models.CharField(_("text after leaving"), max_length=300, blank=True)
    rejoined_text = models.CharField(_("text after coming back"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("opt-out words")
        verbose_name_plural = _("opt-out words")

    def __str__(self) -> str:
        return str(self.account)


class OptOutReply(models.Model):
    """A confirmation to a subscriber who left or came back, waiting to be sent (``done_at`` empty) or settled: sent, or
    not because of ``problem``. messaging sends it and marks it in one transaction."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, models.CASCADE, related_name="+")
    msisdn = models.BigIntegerField()
    text = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("opt-out confirmation")
        verbose_name_plural = _("opt-out confirmations")
        indexes = [
            models.Index(fields=["id"], condition=models.Q(done_at=None), name="opt_out_reply_waiting"),
            models.Index(fields=["line", "msisdn", "created_at"], name="opt_out_reply_by_person"),
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class BlockedNumber(models.Model):
    """A number on the operators' list of subscribers who refuse advertising (R4): skipped on advertising lines."""

    msisdn = models.BigIntegerField(_("mobile"), primary_key=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("blocked number")
        verbose_name_plural = _("operators' block list")

    def __str__(self) -> str:
        return f"+{self.msisdn}"
