"""What became of each received message: the outbox of the auto-responder, and its log."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from autoreply.models.rules import Rule
from messaging.models import InboundMessage
from numbers.models import Line


class Outcome(models.IntegerChoices):
    """waiting → one of the others, once, in the transaction that sends the reply (autoreply.answering)."""

    WAITING = 0, _("Waiting")
    ANSWERED = 1, _("Answered")
    DONE = 2, _("Done without a reply")
    NO_RULE = 10, _("No rule fits")
    NOT_A_MOBILE = 20, _("The sender is not a mobile")
    PLATFORM_LINE = 21, _("The sender is a line")
    REPEATED = 22, _("The same text again and again")
    TOO_MANY = 23, _("Too many answers to this sender")
    OPT_OUT_WORD = 24, _("An opt-out word")
    OPTED_OUT = 25, _("The sender has opted out")
    BLOCKED = 26, _("On the operators' block list")
    NO_CREDIT = 30, _("Not enough credit")
    REFUSED = 31, _("The reply cannot be sent")
    FAILED = 32, _("A failure of ours")


ANSWERED = (Outcome.ANSWERED, Outcome.DONE)


class Answer(models.Model):
    """One received message of an account with an auto-responder. Written with the message, so none is ever lost;
    decided in the transaction that plans and charges the reply, so none is ever answered twice (6.5)."""

    message = models.OneToOneField(InboundMessage, models.CASCADE, primary_key=True, related_name="auto_reply")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, models.CASCADE, related_name="+", verbose_name=_("line"))
    msisdn = models.BigIntegerField(_("sender"), null=True)
    fingerprint = models.BigIntegerField()  # of the folded text: the same text again is seen by it
    outcome = models.SmallIntegerField(_("outcome"), choices=Outcome, default=Outcome.WAITING)
    rule = models.ForeignKey(
        Rule, models.SET_NULL, null=True, related_name="answers", verbose_name=_("rule"), db_index=False
    )
    campaign_id = models.BigIntegerField(null=True)  # messaging.Campaign of the reply
    reply = models.TextField(_("reply"), blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("answered"), null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["account", "message"], condition=Q(outcome=0), name="answer_waiting"),
            models.Index(fields=["account", "-message"], name="answer_account"),
            models.Index(fields=["rule"], condition=Q(rule__isnull=False), name="answer_rule"),
            models.Index(
                fields=["line", "msisdn", "decided_at"], condition=Q(outcome__in=[1, 2]), name="answer_sender"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Forward(models.Model):
    """A received message on its way to a web address (6.6). Tried again for a day, later and later."""

    class State(models.TextChoices):
        """waiting → sent | failed; autoreply.forwarding moves it."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Delivered")
        FAILED = "failed", _("Given up")

    message = models.OneToOneField(InboundMessage, models.CASCADE, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    url = models.CharField(_("web address"), max_length=500)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("forwarded message")
        verbose_name_plural = _("forwarded messages")
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="reply_forward_due")]

    def __str__(self) -> str:
        return self.url
