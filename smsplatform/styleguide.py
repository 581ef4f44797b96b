"""The style guide: every component on one page, for those who build pages; mounted while DEBUG is on."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

STATES = ["draft", "planning", "review", "scheduled", "queued", "running", "paused", "finished", "cancelled", "failed"]


class ExampleForm(forms.Form):
    """One field of each kind; ``mobile`` and ``agreed`` are bound to bad input so that errors can be looked at."""

    title = forms.CharField(label=_("Title"), help_text=_("Only you see it."), max_length=120)
    mobile = forms.CharField(label=_("Mobile"), validators=[])
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Advertising")), ("s", _("Service"))])
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=_("I have read the rules"))

    def clean_mobile(self) -> str:
        raise forms.ValidationError(_("Write a mobile number."))


def style_guide(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    messages.error(request, _("Something went wrong on our side. Try again; if it happens again, tell support."))
    form = ExampleForm({"title": "۱۲۳", "mobile": "0912", "kind": "a", "text": "سلام", "password": "x"})
    page = {"previous": "1", "next": "2"}
    tones = ["ok", "run", "wait", "bad", "mute"]
    return render(request, "styleguide.html", {"form": form, "page": page, "states": STATES, "tones": tones})
