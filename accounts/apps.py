from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import audit, handlers  # noqa: F401 - connects the receivers

        apps.get_app_config("axes").verbose_name = _("Closed logins")
        audit.name_actions(
            {
                "account.created": _("Account made"),
                "account.suspended": _("Account suspended"),
                "account.activated": _("Account activated"),
                "account.changed": _("Account changed"),
                "user.created": _("User made"),
                "user.changed": _("User changed"),
                "member.added": _("Member added"),
                "member.removed": _("Member removed"),
                "member.role_changed": _("Member's role changed"),
                "login.succeeded": _("Login"),
                "login.failed": _("Failed login"),
                "login.locked": _("Login closed after failures"),
                "login.unlocked": _("Login opened again"),
                "login.ended": _("Logout"),
                "password.changed": _("Password changed"),
                "password.reset": _("Password reset by e-mail"),
                "password.set": _("Password set by staff"),
                "announcement.published": _("Announcement published"),
                "announcement.changed": _("Announcement changed"),
                "announcement.ended": _("Announcement ended"),
                "announcement.deleted": _("Announcement deleted"),
                "profile.changed": _("Profile changed"),
                "member.invited": _("Somebody invited to the account"),
                "member.invitation_withdrawn": _("Invitation withdrawn"),
                "member.left": _("Member left"),
                "session.ended": _("Logged out on other browsers"),
                "impersonation.begun": _("Staff began to look into the account"),
                "impersonation.request": _("Staff looked at a page"),
                "impersonation.changed": _("Staff changed something in a member's place"),
                "impersonation.ended": _("Staff ended looking into the account"),
                "account.second_step_required": _("Second step of login required of all members"),
                "account.second_step_free": _("Second step of login left to each member"),
                "two_factor.enabled": _("Two-factor login turned on"),
                "two_factor.disabled": _("Two-factor login turned off"),
                "two_factor.reset": _("Two-factor login taken off by staff"),
                "two_factor.recovery_used": _("Login with a recovery code"),
                "two_factor.codes_renewed": _("New recovery codes made"),
            }
        )
