"""The one place where a password is checked for a login."""

from django.contrib.auth import authenticate
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
    with transaction.atomic():
        with connection.cursor() as cursor:
            place = f"login {username} {lockout_address(request)}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
        return authenticate(request, username=username, password=password)
