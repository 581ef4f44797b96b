"""Patterns: what programs send by name, asked for here and approved by staff (W5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import panel_page
from messaging.forms.templates import TemplateForm
from messaging.selectors import templates
from messaging.services import TemplateRefused, delete_template, request_template


@require_http_methods(["GET", "HEAD", "POST"])
@panel_page("view")
def template_list(request: HttpRequest) -> HttpResponse:
    return _ask(request) if request.method == "POST" else _page(request, TemplateForm(account=request.account))


@panel_page("send")
def _ask(request: HttpRequest) -> HttpResponse:
    form = TemplateForm(request.POST, account=request.account)
    if form.is_valid():
        try:
            request_template(account=request.account, by=request.user, request=request, **form.cleaned_data)
        except TemplateRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Asked for. You can send it once it is approved."))
            return redirect("messaging:templates")
    return _page(request, form)


@require_POST
@panel_page("send")
def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(templates(request.account).select_related("account"), pk=pk)
    delete_template(template=template, by=request.user, request=request)
    messages.success(request, _("Deleted."))
    return redirect("messaging:templates")


def _page(request: HttpRequest, form: TemplateForm) -> HttpResponse:
    return render(request, "messaging/templates.html", {"form": form, "templates": templates(request.account)})
