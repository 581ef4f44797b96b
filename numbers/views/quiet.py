"""The account's quiet hours (2.5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import panel_page
from numbers.forms import QuietHoursForm
from numbers.quiet import HoursRefused, set_quiet_hours
from numbers.selectors import quiet_hours


@panel_page("manage")
def quiet(request: HttpRequest) -> HttpResponse:
    """The hours in which messages leave; outside them they wait."""
    now = quiet_hours(request.account)
    form = QuietHoursForm(request.POST if request.method == "POST" else None, hours=now)
    if request.method == "POST" and form.is_valid():
        try:
            set_quiet_hours(account=request.account, hours=form.hours(), by=request.user)
        except HoursRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It counts for what is prepared from now on."))
            return redirect("numbers:quiet")
    return render(request, "numbers/quiet.html", {"form": form, "hours": now, "now": timezone.now()})
