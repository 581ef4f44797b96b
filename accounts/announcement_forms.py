"""What staff write to tell the customers something (1.1)."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Announcement
from common import jalali
from common.fields import MomentField


def _moment(label: str, help_text: str = "") -> MomentField:
    return MomentField(label=label, help_text=help_text, widget=forms.TextInput(attrs={"dir": "ltr", "size": 20}))


class AnnouncementForm(forms.ModelForm):
    starts_at = _moment(_("shown from"), _("Written 1405/09/01 08:00; empty: at once."))
    ends_at = _moment(_("shown until"), _("Written 1405/09/01 08:00; empty: until it is deleted."))

    class Meta:
        model = Announcement
        fields = ["title_fa", "text_fa", "title_en", "text_en", "severity", "tier", "starts_at", "ends_at"]

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for name in ("starts_at", "ends_at"):
            at = getattr(self.instance, name) if self.instance.pk else None
            self.initial[name] = jalali.to_jalali(at) if at else ""

    def clean_starts_at(self):
        return self.cleaned_data["starts_at"] or self.instance.starts_at or timezone.now()
