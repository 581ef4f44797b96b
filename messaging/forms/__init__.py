from messaging.forms.compose import ComposeForm
from messaging.forms.filters import CampaignFilterForm, InboxFilterForm, SentFilterForm, TrashFilterForm
from messaging.forms.p2p import P2PForm
from messaging.forms.recurring import RecurringForm
from messaging.forms.reply import ReplyForm
from messaging.forms.samples import SampleForm
from messaging.forms.uploads import UploadForm

__all__ = [
    "CampaignFilterForm",
    "ComposeForm",
    "InboxFilterForm",
    "P2PForm",
    "RecurringForm",
    "ReplyForm",
    "SampleForm",
    "SentFilterForm",
    "TrashFilterForm",
    "UploadForm",
]
