from messaging.forms.compose import ComposeForm
from messaging.forms.filters import (
    CampaignFilterForm,
    InboxFilterForm,
    ScheduledFilterForm,
    ScheduledMessagesFilterForm,
    SentFilterForm,
    TrashFilterForm,
)
from messaging.forms.p2p import P2PForm
from messaging.forms.recurring import RecurringForm
from messaging.forms.reply import ReplyForm
from messaging.forms.samples import SampleFilterForm, SampleForm
from messaging.forms.uploads import UploadForm

__all__ = [
    "CampaignFilterForm",
    "ComposeForm",
    "InboxFilterForm",
    "P2PForm",
    "RecurringForm",
    "ReplyForm",
    "SampleFilterForm",
    "SampleForm",
    "ScheduledFilterForm",
    "ScheduledMessagesFilterForm",
    "SentFilterForm",
    "TrashFilterForm",
    "UploadForm",
]
