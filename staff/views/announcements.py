"""What staff tell the customers on their desks (1.1): written, planned, ended."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.announcement_forms import AnnouncementForm
from accounts.announcements import end as end_announcement
from accounts.announcements import publish
from accounts.models import Announcement
from common.paging import page_of
from staff.access import may_change, staff_page
from staff.forms import AnnouncementFilter

THING = "accounts.announcement"


@require_safe
@staff_page(THING)
def announcement_list(request: HttpRequest) -> HttpResponse:
    form, now = AnnouncementFilter(request.GET or None), timezone.now()
    page = page_of(_found(now=now, **form.wanted()), request.GET)
    for row in page.rows:
        row.is_over = row.ends_at is not None and row.ends_at <= now
        row.is_planned = not row.is_over and row.starts_at > now
    may_write = may_change(request.user, THING)
    return render(request, "staff/announcements.html", {"form": form, "page": page, "may_write": may_write})


def _found(*, now, when: str = "", text: str = "") -> QuerySet[Announcement]:
    rows = Announcement.objects.annotate(put_away=Count("dismissals"))
    if text:
        words = ("title_fa", "title_en", "text_fa", "text_en")
        found = Q()
        for field in words:
            found |= Q(**{f"{field}__icontains": text})
        rows = rows.filter(found)
    if when == AnnouncementFilter.SHOWN:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    elif when == AnnouncementFilter.PLANNED:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__gt=now)
    elif when == AnnouncementFilter.OVER:
        rows = rows.filter(ends_at__lte=now)
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(THING)
def new(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(THING)
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    return _edited(request, get_object_or_404(Announcement, pk=pk))


def _edited(request: HttpRequest, found: Announcement | None) -> HttpResponse:
    form = AnnouncementForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid():
        publish(form.save(commit=False), by=request.user, request=request)
        messages.success(request, _("Saved."))
        return redirect("staff:announcements")
    context = {"form": form, "found": found, "may_write": may_change(request.user, THING)}
    return render(request, "staff/announcement.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_page(THING)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Announcement, pk=pk)
    if end_announcement(found, by=request.user, now=timezone.now(), request=request):
        messages.success(request, _("The announcement is shown no longer."))
    else:
        messages.warning(request, _("The announcement has ended already."))
    return redirect("staff:announcements")
