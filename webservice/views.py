"""The account's keys in the panel (S1). Owners only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import panel_page
from webservice.forms import KeyForm
from webservice.models import ApiKey
from webservice.services import KeyRefused, create_key, revoke_key


@panel_page("manage")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every key of the account with what it may do and when it was last used; never the key itself."""
    listed = ApiKey.objects.of(request.account).select_related("created_by")
    return render(request, "webservice/keys.html", {"keys": listed, "now": timezone.now()})


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_variables("secret")
def create(request: HttpRequest) -> HttpResponse:
    """The form; then, once and never again, the key."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key, secret = create_key(
                account=request.account, created_by=request.user, request=request, **form.wishes(timezone.now())
            )
        except KeyRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return render(request, "webservice/key_created.html", {"key": key, "secret": secret})
    return render(request, "webservice/key_form.html", {"form": form})


@panel_page("manage")
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.of(request.account), pk=key_id)
    if revoke_key(key, by=request.user, request=request):
        messages.success(request, _("The key is revoked; requests with it are refused from now on."))
    return redirect("webservice:keys")
