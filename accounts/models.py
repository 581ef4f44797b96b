"""Who: accounts (tenants), the people in them, and what those people did."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.crypto import EncryptedTextField


class SearchKey(models.Func):
    """A name as staff's searches compare it: folded, and such that a trigram index sees Persian (migration 0009)."""

    function = "accounts_search_key"
    output_field = models.TextField()


def _name_index(field: str, name: str) -> GinIndex:
    return GinIndex(OpClass(SearchKey(field), name="gin_trgm_ops"), name=name)


def _beginning_index(field: str, name: str) -> models.Index:
    """For ``istartswith`` and ``iexact``."""
    return models.Index(OpClass(Upper(field), name="text_pattern_ops"), name=name)


class OwnedQuerySet(models.QuerySet):
    """Rows of one tenant. Every tenant's model uses it, and every door reaches its rows through ``of``."""

    def of(self, account: "Account"):
        return self.filter(account=account)


class Account(models.Model):
    """A tenant: a business, or a person, that sends through the platform and pays for it."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        LEGAL = "legal", _("Legal entity")

    class State(models.TextChoices):
        """active ⇄ suspended → closed; staff move it."""

        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.LEGAL)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    mobile = models.CharField(_("mobile for notices"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail for notices"), blank=True)
    needs_second_step = models.BooleanField(_("members need a second step of login"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["id"]
        permissions = [
            ("impersonate", "Can look into accounts as a viewer"),
            ("impersonate_as_member", "Can look into accounts as the member sees them"),
            ("impersonate_and_change", "Can change things in accounts in a member's place"),
        ]
        indexes = [
            _name_index("name", "account_name"),
            _beginning_index("email", "account_email"),
            models.Index(fields=["mobile"], condition=~models.Q(mobile=""), name="account_mobile"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in. What they may do in an account is their Membership's role; staff run the platform."""

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken; choose another.")},
    )
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    mobile = models.CharField(
        _("mobile"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\+?\d{10,15}$", _("Write a mobile number."))],
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("fa", _("Persian")), ("en", _("English"))], default="fa"
    )
    national_id = models.CharField(_("national id"), max_length=10, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    address = models.CharField(_("postal address"), max_length=300, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    accounts = models.ManyToManyField(Account, through="Membership", related_name="users")

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        indexes = [
            _name_index("full_name", "user_full_name"),
            _beginning_index("email", "user_email"),
            models.Index(fields=["mobile"], condition=~models.Q(mobile=""), name="user_mobile"),
            models.Index(fields=["national_id"], condition=~models.Q(national_id=""), name="user_national_id"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else self.username


class Membership(models.Model):
    """A user's place in an account, and what the place allows."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SENDER = "sender", _("Sender")
        VIEWER = "viewer", _("Viewer")

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships", verbose_name=_("account"))
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.SENDER)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.account}"

    @property
    def can_send(self) -> bool:
        return self.role in {self.Role.OWNER, self.Role.SENDER}

    @property
    def can_manage(self) -> bool:
        return self.role == self.Role.OWNER


class AuditEntry(models.Model):
    """One thing that somebody did, when, from where. Added, never edited; a trigger in the database refuses changes."""

    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user"))
    action = models.CharField(_("action"), max_length=60)
    target = models.CharField(_("target"), max_length=120, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="audit_account")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class Announcement(models.Model):
    """What the operator's staff tell the customers on their desk, while its period lasts (1.1).

    To everybody, or to the accounts that pay by the tariff of one ``tier``. Each reader may put it away.
    """

    class Severity(models.TextChoices):
        INFO = "run", _("Information")
        GOOD = "ok", _("Good news")
        WARNING = "wait", _("Warning")
        OUTAGE = "bad", _("Disturbance")

    title_fa = models.CharField(_("title in Persian"), max_length=120)
    text_fa = models.TextField(_("text in Persian"), max_length=1000, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120)
    text_en = models.TextField(_("text in English"), max_length=1000, blank=True)
    severity = models.CharField(_("severity"), max_length=4, choices=Severity, default=Severity.INFO)
    tier = models.PositiveSmallIntegerField(
        _("tier"), null=True, blank=True, help_text=_("Only accounts of this tariff's tier; empty: everybody.")
    )
    starts_at = models.DateTimeField(_("shown from"), default=timezone.now)
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("published by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    readers = models.ManyToManyField(User, through="Dismissal", related_name="+")

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="announcement_period",
                violation_error_message=_("The announcement ends before it begins; choose a later end."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_fa if (get_language() or "fa").startswith("fa") else self.title_en

    @property
    def text(self) -> str:
        return self.text_fa if (get_language() or "fa").startswith("fa") else self.text_en


class Dismissal(models.Model):
    """A reader has put an announcement away."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="dismissals")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("announcement put away")
        verbose_name_plural = _("announcements put away")
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="dismissal_once")]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.user_id}"


class Invitation(models.Model):
    """A place in an account that waits for somebody (10). Its link is signed, runs out and works once.

    waiting → accepted (by whoever opens the link) | withdrawn (by an owner); a waiting one runs out by itself.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role, default=Membership.Role.SENDER)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("runs out"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=~models.Q(mobile="", email=""), name="invitation_has_address"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None), name="invitation_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.mobile

    def is_open(self, now) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class TwoFactor(models.Model):
    """A user's second step of login: the secret that their authenticator app holds, or the number to which codes are
    sent. It counts once confirmed."""

    class Way(models.TextChoices):
        APP = "app", _("Authenticator app")
        SMS = "sms", _("SMS")

    user = models.OneToOneField(User, models.CASCADE, related_name="two_factor", verbose_name=_("user"))
    way = models.CharField(_("way"), max_length=3, choices=Way, default=Way.APP)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)  # of SMS: a new number needs a new second step
    secret = EncryptedTextField(_("secret"))  # hexadecimal
    last_step = models.BigIntegerField(_("last step used"), default=-1)  # a code works once (RFC 6238, 5.2)
    drift = models.SmallIntegerField(_("drift of the clock, in steps"), default=0)
    devices_round = models.PositiveIntegerField(default=0)  # grows: every remembered device is forgotten
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("two-factor login")
        verbose_name_plural = _("two-factor logins")
        constraints = [
            models.CheckConstraint(condition=models.Q(way="app") | ~models.Q(mobile=""), name="two_factor_has_mobile")
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None


class SmsCode(models.Model):
    """A code of the second step that was sent by SMS. Only the newest of a user and number is right, once, until it
    runs out or was guessed at too often. Of the code only a keyed hash is kept; the rows are what the limits count."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sms_codes")
    mobile = models.CharField(max_length=20)
    address = models.GenericIPAddressField()
    digest = models.CharField(max_length=64)
    nonce = models.CharField(max_length=32)
    wrong = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="sms_code_user"),
            models.Index(fields=["mobile", "-created_at"], name="sms_code_mobile"),
            models.Index(fields=["address", "-created_at"], name="sms_code_address"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%F %T}"


class RecoveryCode(models.Model):
    """A code that logs in once in place of the second step's. Only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user)


class LoginSession(models.Model):
    """A browser in which a user is logged in: what they recognise it by. Gone when the session ends."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-seen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.user_agent[:40]}"
