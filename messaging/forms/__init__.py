from messaging.forms.compose import ComposeForm
from messaging.forms.filters import CampaignFilterForm, InboxFilterForm, SentFilterForm
from messaging.forms.samples import SampleForm
from messaging.forms.uploads import UploadForm

__all__ = ["CampaignFilterForm", "ComposeForm", "InboxFilterForm", "SampleForm", "SentFilterForm", "UploadForm"]
