"""The browsers in which a user is logged in: listed, and ended one by one or all (10, Beyond)."""

import re
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.addresses import client_address
from accounts.models import LoginSession, User
from accounts.selectors import home_account

SEEN_EVERY = timedelta(minutes=5)  # how exactly "last seen" is kept
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/|Opera"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|CriOS/|Chromium/"), ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"), ("Linux", r"Linux|X11"),
)  # fmt: skip


def open_session(request: HttpRequest, user: User) -> None:
    """Keep what the user will know this login by."""
    if request.session.session_key is None:
        request.session.save()  # login into a flushed session has no key yet
    LoginSession.objects.update_or_create(
        session_key=request.session.session_key, defaults={"user": user, **_traces(request)}
    )
    cache.set(_seen_key(request), 1, SEEN_EVERY.total_seconds())


def touch(request: HttpRequest) -> None:
    """Note that the session is in use, at most every five minutes."""
    if cache.add(_seen_key(request), 1, SEEN_EVERY.total_seconds()):
        LoginSession.objects.update_or_create(
            session_key=request.session.session_key, defaults={"user": request.user, **_traces(request)}
        )


def sessions_of(user: User) -> QuerySet[LoginSession]:
    """The sessions of ``user`` that have not run out, the last seen first."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return LoginSession.objects.filter(user=user, seen_at__gte=since)


def end(session: LoginSession, *, by: User | None = None, request: HttpRequest | None = None) -> None:
    """Log that browser out."""
    _end([session])
    _record(session.user, 1, by, request)


def end_all(user: User, *, but: str | None = None, by: User | None = None, request: HttpRequest | None = None) -> int:
    """Log ``user`` out everywhere but in the session ``but``, and return from how many browsers."""
    ended = list(LoginSession.objects.filter(user=user).exclude(session_key=but or ""))
    _end(ended)
    if ended:
        _record(user, len(ended), by, request)
    return len(ended)


def forget(session_key: str | None) -> None:
    """The session ended by itself."""
    LoginSession.objects.filter(session_key=session_key or "").delete()


def moved(before: str, after: str) -> None:
    """The session has got another key: after a new password."""
    LoginSession.objects.filter(session_key=before).update(session_key=after)


def forget_old(now: datetime) -> int:
    """Delete the rows of sessions that ran out."""
    count, _kinds = LoginSession.objects.filter(
        seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ).delete()
    return count


def device(user_agent: str) -> str:
    """«Firefox, Windows»: what people call the device, as far as its browser says."""
    found = [next((name for name, sign in kinds if re.search(sign, user_agent)), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return _("%(browser)s on %(system)s") % {
        "browser": found[0] or _("a browser"), "system": found[1] or _("an unknown system")
    }  # fmt: skip


def _traces(request: HttpRequest) -> dict:
    return {
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:300],
        "address": client_address(request),
        "seen_at": timezone.now(),
    }


def _seen_key(request: HttpRequest) -> str:
    return f"seen:{request.session.session_key}"


def _end(sessions: list[LoginSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in sessions:
        store(session.session_key).delete()
    LoginSession.objects.filter(pk__in=[session.pk for session in sessions]).delete()


def _record(user: User, count: int, by: User | None, request: HttpRequest | None) -> None:
    audit.record(
        action="session.ended", user=by, account=home_account(user), target=user.username, details={"count": count},
        request=request,
    )  # fmt: skip
