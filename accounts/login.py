"""The one place where secrets are checked: a password, a code, with the lockout that counts wrong ones."""

from collections.abc import Iterator
from contextlib import contextmanager

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.db import connection, transaction
from django.http import HttpRequest

from accounts.addresses import lockout_address
from accounts.models import User
from accounts.selectors import username_of


def check(request: HttpRequest, *, written_name: str, password: str) -> User | None:
    """The active user with this name (user name, e-mail or mobile) and password, or None.

    Tries at one name from one address are taken one at a time: at once, as many as there are web threads would be
    checked before the first failure was counted.
    """
    username = username_of(written_name)
    with _one_at_a_time(request, username):
        return authenticate(request, username=username, password=password)


@contextmanager
def guarded(request: HttpRequest, user: User) -> Iterator["Attempt"]:
    """A try at a secret of ``user`` other than at the login page: the second step, the old password.

    Wrong ones count for the same lockout. ``attempt.is_closed`` says that the door is closed and nothing may be tried.
    """
    attempt = Attempt(request, user)
    with _one_at_a_time(request, user.username):
        attempt.is_closed = not AxesProxyHandler.is_allowed(request, attempt.credentials)
        if attempt.is_closed:
            request.axes_locked_out, request.axes_credentials = True, attempt.credentials
        yield attempt


class Attempt:
    """One try; ``failed`` counts it."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.credentials, self.is_closed = request, {"username": user.username}, False

    def failed(self) -> None:
        user_login_failed.send(sender=__name__, credentials=self.credentials, request=self.request)


@contextmanager
def _one_at_a_time(request: HttpRequest, username: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            place = f"login {username} {lockout_address(request)}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
        yield
