"""Logins and logouts, announced by Django, go into the audit trail and the list of sessions."""

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from accounts import audit, sessions
from accounts.selectors import home_account


@receiver(user_logged_in, dispatch_uid="audit-login")
def record_login(sender, request, user, **kwargs) -> None:
    sessions.open_session(request, user)
    audit.record(action="login.succeeded", user=user, account=home_account(user), target=user.username, request=request)


@receiver(user_logged_out, dispatch_uid="audit-logout")
def record_logout(sender, request, user, **kwargs) -> None:
    if user is not None:
        sessions.forget(request.session.session_key)
        audit.record(action="login.ended", user=user, account=home_account(user), target=user.username, request=request)
