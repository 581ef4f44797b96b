"""Staff pages: gateways, routes, and the binds as they stand this moment."""

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import AuditedAdmin
from common import showing
from messaging.admin.base import LookOnlyAdmin, moment
from messaging.delivery.binding import bind_config
from messaging.errors import describe
from messaging.models import Bind, Gateway, Route
from messaging.routing import explain
from messaging.selectors.gateways import is_alive
from messaging.services.gateways import switch_gateway
from messaging.smpp import errors
from messaging.smpp.bind import ConfigurationError
from numbers.models import Operator


def _answers() -> list[tuple[int, str]]:
    """Every refusal that may be about the operator and not about the speed, those that are by default first."""
    refusals = [status for status in errors.Status if status and errors.action(status) is not errors.Action.ACCEPT]
    refusals = [status for status in refusals if status is not errors.Status.ESME_RTHROTTLED]
    refusals.sort(key=lambda status: (not errors.passes_on(status), status))
    return [(status.value, f"{describe(f'smpp:{status:d}')} ({status.name})") for status in refusals]


class GatewayForm(forms.ModelForm):
    """The password is written, never shown: left empty it stays as it is."""

    new_password = forms.CharField(
        label=gettext_lazy("password"),
        required=False,
        strip=False,
        max_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown; at most 8 characters. Empty: as it is."),
    )

    failover_statuses = forms.TypedMultipleChoiceField(
        label=gettext_lazy("answers after which a message takes the next route"),
        help_text=Gateway._meta.get_field("failover_statuses").help_text,
        required=False,
        coerce=int,
        choices=_answers,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Gateway
        fields = [
            "name", "host", "port", "system_id", "password_variable", "system_type", "bind_type", "source_ton",
            "source_npi", "destination_ton", "destination_npi", "address_form", "address_range", "binds", "window",
            "throughput", "id_base", "enquire_link_seconds", "response_timeout_seconds", "failover_seconds",
            "failover_tries", "failover_statuses", "is_sandbox",
        ]  # fmt: skip

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("new_password"):
            self.instance.password = cleaned["new_password"]
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            bind_config(self.instance)
        except ConfigurationError as error:
            self.add_error(None, str(error))


class RouteInline(admin.TabularInline):
    model = Route
    extra = 0
    autocomplete_fields = ["line"]


@admin.register(Gateway)
class GatewayAdmin(AuditedAdmin):
    audit_name = "gateway"
    form = GatewayForm
    list_display = ["name", "address", "system_id", "bind_type", "binds", "window", "throughput", "is_enabled"]
    list_filter = ["is_enabled", "is_sandbox", "bind_type"]
    search_fields = ["name", "host", "system_id"]
    readonly_fields = ["is_enabled", "has_password", "created_at", "down_since", "out_since"]
    inlines = [RouteInline]
    actions = ["enable", "disable"]
    fieldsets = [
        (None, {"fields": ["name", "is_enabled", "is_sandbox", "created_at"]}),
        (
            gettext_lazy("Connection"),
            {"fields": ["host", "port", "system_id", "new_password", "has_password", "password_variable",
                        "system_type", "bind_type", "binds"]},
        ),
        (
            gettext_lazy("Flow"),
            {"fields": ["window", "throughput", "enquire_link_seconds", "response_timeout_seconds",
                        "failover_seconds", "down_since", "out_since"]},
        ),
        (
            gettext_lazy("What the operator does not take"),
            {"fields": ["failover_tries", "failover_statuses"], "classes": ["collapse"]},
        ),
        (
            gettext_lazy("Addresses and receipts"),
            {"fields": ["source_ton", "source_npi", "destination_ton", "destination_npi", "address_form",
                        "address_range", "id_base"]},
        ),
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Gateway | None = None) -> list[str]:
        """What is planned for a gateway counts on whether it is the sandbox: said once, when it is made."""
        return [*self.readonly_fields, "is_sandbox"] if obj else self.readonly_fields

    @admin.display(description=gettext_lazy("address"))
    def address(self, gateway: Gateway) -> str:
        return format_html('<bdi dir="ltr">{}:{}</bdi>', gateway.host, gateway.port)

    @admin.display(description=gettext_lazy("has a password"), boolean=True)
    def has_password(self, gateway: Gateway) -> bool:
        return bool(gateway.password or gateway.password_variable)

    def has_delete_permission(self, request: HttpRequest, obj: Gateway | None = None) -> bool:
        """Messages and receipts name their gateway for ever; one that is no longer wanted is disabled."""
        return False

    @admin.action(description=gettext_lazy("Enable the selected gateways"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, is_enabled=True)

    @admin.action(description=gettext_lazy("Disable the selected gateways"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, is_enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet, *, is_enabled: bool) -> None:
        chosen = list(queryset.exclude(is_enabled=is_enabled))
        for gateway in chosen:
            switch_gateway(gateway=gateway, is_enabled=is_enabled, by=request.user)
        count = len(chosen)
        sentence = ngettext("%(count)s gateway was switched.", "%(count)s gateways were switched.", count)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, sentence % {"count": showing.number(count)}, level)


@admin.register(Route)
class RouteAdmin(AuditedAdmin):
    audit_name = "route"
    list_display = ["__str__", "operator", "line", "gateway", "priority", "choice", "weight", "cost", "is_enabled"]
    readonly_fields = ["order"]
    list_filter = ["is_enabled", "gateway", "operator"]
    list_select_related = ["operator", "line", "gateway"]
    search_fields = ["gateway__name", "=line__number", "operator__code"]
    autocomplete_fields = ["line", "gateway"]

    @admin.display(description=gettext_lazy("who takes the messages, and why"))
    def order(self, route: Route) -> str:
        """For each operator of the route: the routes that fit, in the order in which they are asked."""
        if route.pk is None:
            return "–"
        operators = [route.operator] if route.operator else Operator.objects.all()
        rows = [(operator, found) for operator in operators for found in explain(route.line, operator)]
        shown = ((str(operator), found.route.gateway.name, found.sentence) for operator, found in rows)
        return format_html_join("", "<div>{}: <bdi>{}</bdi> – {}</div>", shown)

    def delete_model(self, request: HttpRequest, obj: Route) -> None:
        self.record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for route in queryset:
            self.delete_model(request, route)


@admin.register(Bind)
class BindAdmin(LookOnlyAdmin):
    """The page asks for itself every few seconds; see templates/admin/messaging/bind/change_list.html."""

    list_display = [
        "name", "health", "window_shown", "rate_shown", "submitted_shown", "heartbeat_age", "bound_since",
        "last_error", "last_error_shown", "process",
    ]  # fmt: skip
    list_filter = ["state", "gateway"]
    list_select_related = ["gateway"]
    search_fields = ["gateway__name", "process", "last_error"]
    fields = readonly_fields = [
        "gateway", "number", "state", "window_in_flight", "window_limit", "rate", "submitted_total", "last_error",
        "last_error_at", "process", "bound_at", "heartbeat_at",
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("bind"), ordering="gateway__name")
    def name(self, bind: Bind) -> str:
        return str(bind)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def health(self, bind: Bind) -> str:
        if bind.state != Bind.State.STOPPED and not is_alive(bind, now=timezone.now()):
            return _("%(state)s, but its process is silent") % {"state": bind.get_state_display()}
        return bind.get_state_display()

    @admin.display(description=gettext_lazy("window in flight"), ordering="window_in_flight")
    def window_shown(self, bind: Bind) -> str:
        return f"{showing.number(bind.window_in_flight)} / {showing.number(bind.window_limit)}"

    @admin.display(description=gettext_lazy("rate (parts/s)"), ordering="rate")
    def rate_shown(self, bind: Bind) -> str:
        return showing.number(bind.rate, 1)

    @admin.display(description=gettext_lazy("parts since start"), ordering="submitted_total")
    def submitted_shown(self, bind: Bind) -> str:
        return showing.number(bind.submitted_total)

    @admin.display(description=gettext_lazy("heartbeat"), ordering="heartbeat_at")
    def heartbeat_age(self, bind: Bind) -> str:
        if bind.heartbeat_at is None:
            return "–"
        seconds = max(0, int((timezone.now() - bind.heartbeat_at).total_seconds()))
        sentence = ngettext("%(count)s second ago", "%(count)s seconds ago", seconds)
        return sentence % {"count": showing.number(seconds)} if seconds < 120 else showing.ago(bind.heartbeat_at)

    @admin.display(description=gettext_lazy("bound since"), ordering="bound_at")
    def bound_since(self, bind: Bind) -> str:
        return moment(bind.bound_at)

    @admin.display(description=gettext_lazy("last error at"), ordering="last_error_at")
    def last_error_shown(self, bind: Bind) -> str:
        return moment(bind.last_error_at)
