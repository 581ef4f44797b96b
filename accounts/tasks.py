"""What accounts does outside a request."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import sessions, sms_codes
from accounts.forms import ResetForm


@shared_task(name="accounts.mail_password_reset")
def mail_password_reset(email: str) -> None:
    """Write to the active users with this address how to choose a new password. Away from the request, so that the
    time of the answer does not tell whether there are any."""
    form = ResetForm({"email": email})
    if form.is_valid():
        form.save(
            subject_template_name="accounts/mail/password_reset_subject.txt",
            email_template_name="accounts/mail/password_reset.txt",
            domain_override=settings.PUBLIC_URL,
            extra_email_context={
                "public_url": settings.PUBLIC_URL.rstrip("/"),
                "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
            },
        )


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> None:
    """Rows of sessions and codes that ran out are not kept."""
    sessions.forget_old(timezone.now())
    sms_codes.forget_old(timezone.now())
