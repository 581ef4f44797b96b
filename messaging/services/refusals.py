"""Why a send is refused, in words for the person who asked."""

from enum import StrEnum

from django.utils.translation import gettext as _

from messaging.models import Campaign


class Refusal(StrEnum):
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    LINE_UNUSABLE = "line_unusable"
    NO_RECIPIENTS = "no_recipients"
    TOO_MANY_RECIPIENTS = "too_many_recipients"
    SEND_AT_PAST = "send_at_past"
    SEND_AT_TOO_FAR = "send_at_too_far"
    TEXTS_DO_NOT_MATCH = "texts_do_not_match"
    ACCOUNT_SUSPENDED = "account_suspended"
    OPT_OUT_HINT_MISSING = "opt_out_hint_missing"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    INVALID_VALIDITY = "invalid_validity"
    LINE_MAY_NOT_TARGET = "line_may_not_target"
    NO_CREDIT = "no_credit"


class SendRefused(Exception):
    """The request cannot be sent as it is; nothing was changed. ``code`` is stable, ``field`` names what to mend."""

    def __init__(self, code: Refusal, message: str, field: str = ""):
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class WrongState(Exception):
    """The campaign is no longer (or not yet) in a state in which this can be done; nothing was changed."""

    def __init__(self, campaign: Campaign):
        self.state = campaign.state
        super().__init__(
            _("This cannot be done now: the campaign is “%(state)s”. Reload the page to see where it stands.")
            % {"state": campaign.get_state_display()}
        )


class QuoteExpired(Exception):
    """The price was promised for a time that has passed; ask for a new one."""

    def __init__(self):
        super().__init__(_("The price you saw is no longer valid. Review the campaign again to see today's price."))
