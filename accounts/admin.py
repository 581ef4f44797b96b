"""Staff pages: accounts, people, memberships, the audit trail, closed logins."""

from collections.abc import Callable

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import EmailField, Exists, OuterRef
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import announcement_admin, audit, lockout, second_step, services  # noqa: F401 - registers its pages
from accounts.forms import MobileField
from accounts.models import Account, AuditEntry, Membership, User
from common import showing
from common.admin_months import MonthFilter

admin.site.site_title = admin.site.site_header = _("Staff pages")
admin.site.index_title = _("Everything on the platform")


LEFT_TO_RIGHT = {EmailField: {"widget": AdminEmailInputWidget(attrs={"dir": "ltr"})}}


def staff_login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Staff log in where everybody does, under the same lockout."""
    target = request.GET.get("next") or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(target)
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect("admin:index")


def staff_password_change(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The page that everybody has, which ends other sessions and leaves a trace."""
    return redirect("accounts:password_change")


admin.site.login = staff_login
admin.site.password_change = staff_password_change


def moment(field: str, name: str) -> Callable:
    """A column that shows a time as the panel does: Jalali in Persian."""

    @admin.display(description=name, ordering=field)
    def shown(_admin, row) -> str:
        at = getattr(row, field)
        return f"{showing.day(at)} {showing.clock(at)}" if at else "–"

    return shown


class AuditedAdmin(admin.ModelAdmin):
    """Records what staff changed: which fields, never what stood in them."""

    audit_name = ""

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        details = {"fields": form.changed_data} if change else {}
        if form.changed_data:
            self.record(request, obj, "changed" if change else "created", details)

    def record(self, request: HttpRequest, obj, verb: str, details: dict) -> None:
        account = obj if isinstance(obj, Account) else getattr(obj, "account", None)
        audit.record(action=f"{self.audit_name}.{verb}", account=account, target=obj, details=details, request=request)


def record_memberships(request: HttpRequest, formset) -> None:
    """Save an inline of memberships, with an entry in the trail for each that was added, moved or removed."""
    memberships = formset.save(commit=False)
    before = dict(Membership.objects.filter(pk__in=[m.pk for m in memberships if m.pk]).values_list("pk", "role"))
    for membership in memberships:
        was = before.get(membership.pk)
        membership.save()
        _record_member(request, membership, "role_changed" if was else "added", {"from": was, "to": membership.role})
    for membership in formset.deleted_objects:
        _record_member(request, membership, "removed", {"from": membership.role})
        membership.delete()


def _record_member(request: HttpRequest, membership: Membership, verb: str, details: dict) -> None:
    audit.record(
        action=f"member.{verb}",
        account=membership.account,
        target=membership.user.username,
        details={key: value for key, value in details.items() if value},
        request=request,
    )


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user", "account"]


class StaffAccountForm(ModelForm):
    mobile = MobileField(label=_("mobile for notices"), required=False)


@admin.register(Account)
class AccountAdmin(AuditedAdmin):
    audit_name = "account"
    form = StaffAccountForm
    formfield_overrides = LEFT_TO_RIGHT
    list_display = ["name", "kind", "state", "people", "created", "look"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["name", "mobile", "email", "users__username", "users__full_name"]
    fields = ["name", "kind", "state", "mobile", "email", "created"]
    readonly_fields = ["state", "created"]
    inlines = [MembershipInline]
    created = moment("created_at", _("created"))
    actions = ["suspend", "activate"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("users")

    @admin.display(description=_("look inside"))
    def look(self, account: Account) -> str:
        return format_html('<a href="{}">{}</a>', reverse("accounts:impersonate", args=[account.pk]), _("Look inside"))

    @admin.display(description=_("people"))
    def people(self, account: Account) -> str:
        return "، ".join(str(user) for user in account.users.all()[:5])

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        record_memberships(request, formset)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False

    @admin.action(description=_("Suspend the selected accounts"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset) -> None:
        count = sum(services.suspend(account, by=request.user, request=request) for account in queryset)
        self._say(request, ngettext("%(count)s account suspended.", "%(count)s accounts suspended.", count), count)

    @admin.action(description=_("Activate the selected accounts"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset) -> None:
        count = sum(services.activate(account, by=request.user, request=request) for account in queryset)
        self._say(request, ngettext("%(count)s account activated.", "%(count)s accounts activated.", count), count)

    def _say(self, request: HttpRequest, sentence: str, count: int) -> None:
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, sentence % {"count": showing.number(count)}, level)


RIGHTS = ["is_staff", "is_superuser", "groups"]


class StaffUserChangeForm(UserChangeForm):
    password = None
    mobile = MobileField(label=_("Mobile"), required=False)

    class Meta(UserChangeForm.Meta):
        model = User


class StaffUserCreationForm(AdminUserCreationForm):
    mobile = MobileField(label=_("Mobile"), required=False)

    class Meta(AdminUserCreationForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    audit_name = "user"
    form = StaffUserChangeForm
    add_form = StaffUserCreationForm
    formfield_overrides = LEFT_TO_RIGHT
    list_display = ["username", "full_name", "mobile", "email", "is_staff", "is_active", "is_locked", "seen"]
    list_filter = ["is_active", "is_staff", "is_superuser", "language"]
    search_fields = ["username", "full_name", "mobile", "email", "accounts__name"]
    ordering = ["username"]
    readonly_fields = ["set_password", "seen", "created"]
    fieldsets = [
        (None, {"fields": ["username", "set_password", "full_name", "mobile", "email", "language"]}),
        (_("Rights"), {"fields": ["is_active", *RIGHTS]}),
        (_("Dates"), {"fields": ["seen", "created"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "mobile", "email", "usable_password", "password1", "password2"]})
    ]
    filter_horizontal = []
    autocomplete_fields = ["groups"]
    created = moment("created_at", _("created"))
    seen = moment("last_login", _("last login"))
    inlines = [MembershipInline]
    actions = ["unlock", "reset_second_step"]

    @admin.display(description=_("password"))
    def set_password(self, user: User) -> str:
        return format_html('<a href="{}">{}</a>', "../password/", _("Set a new password"))

    @admin.display(description=_("login closed"), boolean=True)
    def is_locked(self, user: User) -> bool:
        return user.login_is_closed

    def get_queryset(self, request: HttpRequest):
        closed = lockout.closed_logins().filter(username=OuterRef("username"))
        return super().get_queryset(request).annotate(login_is_closed=Exists(closed))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None):
        """Only superusers hand out rights; anybody else could make themselves one."""
        fields = list(super().get_readonly_fields(request, obj))
        return (
            fields if request.user.is_superuser else [*fields, "is_staff", "is_superuser", "groups", "user_permissions"]
        )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Colleagues, and above all their passwords, are changed by superusers only."""
        if obj is not None and obj != request.user and (obj.is_staff or obj.is_superuser):
            return request.user.is_superuser
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        record_memberships(request, formset)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = self.get_object(request, id)
            audit.record(action="password.set", target=user.username, request=request)
        return response

    @admin.action(description=_("Open the login of the selected users again"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset) -> None:
        count = sum(lockout.unlock(user, by=request.user, request=request) for user in queryset)
        sentence = ngettext(
            "Failed logins of %(count)s user forgotten.", "Failed logins of %(count)s users forgotten.", count
        )
        self.message_user(request, sentence % {"count": showing.number(count)})

    @admin.action(description=_("Take the second step of login off for the selected users"), permissions=["change"])
    def reset_second_step(self, request: HttpRequest, queryset) -> None:
        """For those who lost phone and codes. Of colleagues, by superusers only."""
        allowed = [user for user in queryset if self.has_change_permission(request, user)]
        count = sum(second_step.turn_off(user, by=request.user, request=request) for user in allowed)
        sentence = ngettext(
            "Second step taken off for %(count)s user.", "Second step taken off for %(count)s users.", count
        )
        self.message_user(request, sentence % {"count": showing.number(count)})


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["account", "user", "role", "created"]
    list_filter = ["role"]
    list_select_related = ["account", "user"]
    search_fields = ["account__name", "user__username", "user__full_name"]
    autocomplete_fields = ["account", "user"]
    created = moment("created_at", _("created"))

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None):
        return ["account", "user", "created"] if obj else ["created"]

    def save_model(self, request: HttpRequest, obj: Membership, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            details = {"from": form.initial.get("role") if change else None, "to": obj.role}
            _record_member(request, obj, "role_changed" if change else "added", details)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        _record_member(request, obj, "removed", {"from": obj.role})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for membership in queryset.select_related("account", "user"):
            self.delete_model(request, membership)


class ActionFilter(admin.SimpleListFilter):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        """One choice for the actions that read alike."""
        alike: dict[str, list[str]] = {}
        for action, label in audit.action_choices():
            alike.setdefault(label, []).append(action)
        return [(",".join(actions), label) for label, actions in alike.items()]

    def queryset(self, request: HttpRequest, queryset):
        return queryset.filter(action__in=self.value().split(",")) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    list_display = ["time", "words", "account", "user", "target", "address"]
    list_filter = [ActionFilter, "at", ("at", MonthFilter)]
    fields = ["time", "words", "action", "account", "user", "target", "details", "address"]
    time = moment("at", _("time"))
    list_select_related = ["account", "user"]
    search_fields = ["action", "target", "account__name", "user__username", "address"]
    show_full_result_count = False

    @admin.display(description=_("action"), ordering="action")
    def words(self, entry: AuditEntry) -> str:
        return audit.action_label(entry.action)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


class ClosedLoginAdmin(admin.ModelAdmin):
    """django-axes' counters, for looking; deleting one opens that login again and is recorded."""

    list_display = ["time", "username", "ip_address", "failures_since_start", "is_closed"]
    time = moment("attempt_time", _("time"))
    list_filter = ["attempt_time"]
    search_fields = ["ip_address", "username"]
    fields = readonly_fields = ["username", "ip_address", "user_agent", "failures_since_start", "time"]

    @admin.display(description=_("closed"), boolean=True)
    def is_closed(self, attempt: AccessAttempt) -> bool:
        return attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: AccessAttempt) -> None:
        details = {"address": obj.ip_address}
        audit.record(action="login.unlocked", target=obj.username or "", details=details, request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for attempt in queryset:
            self.delete_model(request, attempt)


admin.site.register(AccessAttempt, ClosedLoginAdmin)
