"""The second step of login: a code of an authenticator app (TOTP, RFC 6238), a code sent by SMS, or a recovery code
(10, Beyond). Who must have one: staff where the settings say so, members where their account's owner says so."""

import base64
import hashlib
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.oath import TOTP

from accounts import audit, sms_codes
from accounts.models import Account, RecoveryCode, SmsCode, TwoFactor, User
from accounts.selectors import home_account
from common.text.folding import ascii_digits

SECRET_OCTETS = 20  # RFC 4226, 4: 160 bits
CLOCKS_APART = 1  # steps of 30 seconds that a phone's clock may have wandered since the last login
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for others
DEVICE_COOKIE = "device"
_DEVICE_SALT = "accounts.second_step.device"


class NoCode(Exception):
    """The code is wrong, was used before, or is too old."""


def factor_of(user: User) -> TwoFactor | None:
    """The confirmed second step of ``user``, if they have one."""
    return TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def is_required(user: User) -> bool:
    """Whether ``user`` may not go without an app (settings.STAFF_TWO_FACTOR): a number can be taken over."""
    return user.is_staff and settings.STAFF_TWO_FACTOR


def is_missing(user: User, account: Account | None) -> bool:
    """Whether ``user`` lacks the second step that staff, or the members of ``account``, must have."""
    if is_required(user):
        factor = factor_of(user)
        return factor is None or factor.way != TwoFactor.Way.APP
    return account is not None and account.needs_second_step and factor_of(user) is None


def begin(user: User) -> TwoFactor:
    """The secret to be confirmed: a new one, or the one that was begun. A confirmed one is never given back."""
    factor, _made = TwoFactor.objects.get_or_create(user=user, defaults={"secret": secrets.token_hex(SECRET_OCTETS)})
    return factor


def address_for_app(factor: TwoFactor) -> str:
    """The ``otpauth`` address that authenticator apps read."""
    issuer = settings.PLATFORM_NAME_EN
    label = quote(f"{issuer}:{factor.user.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': key_of(factor), 'issuer': issuer})}"


def key_of(factor: TwoFactor) -> str:
    """The secret as people type it into an app: base 32."""
    return base64.b32encode(bytes.fromhex(factor.secret)).decode()


def qr_of(factor: TwoFactor) -> str:
    """The address as a QR picture: a ``data:`` address of an SVG."""
    return segno.make(address_for_app(factor), error="m").svg_data_uri(scale=5, border=3, light="white")


@transaction.atomic
def confirm(user: User, code: str, *, now: datetime, request: HttpRequest | None = None) -> list[str]:
    """Turn the app on and return the recovery codes, which cannot be read again. Raises NoCode."""
    factor = TwoFactor.objects.select_for_update().get(user=user, confirmed_at=None)
    _use_app_code(factor, code, now)
    return _turn_on(factor, now, request)


def confirm_sms(user: User, code: str, *, now: datetime, request: HttpRequest | None = None) -> list[str]:
    """Turn codes by SMS on, to the user's number, and return the recovery codes. Raises NoCode."""
    if not sms_codes.take(user, user.mobile, _plain(code), now=now):
        raise NoCode
    with transaction.atomic():
        factor = TwoFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        if factor is None:
            raise NoCode
        factor.way, factor.mobile = TwoFactor.Way.SMS, user.mobile
        return _turn_on(factor, now, request)


def use(user: User, code: str, *, now: datetime, request: HttpRequest | None = None) -> None:
    """Take a code of the app or of an SMS, or a recovery code; none works a second time. Raises NoCode."""
    factor = factor_of(user)
    written = _plain(code)
    if factor is None:
        raise NoCode
    if written.isdigit() and factor.way == TwoFactor.Way.SMS:
        if not sms_codes.take(user, factor.mobile, written, now=now):  # outside: a wrong one stays counted
            raise NoCode
    elif written.isdigit():
        with transaction.atomic():
            _use_app_code(TwoFactor.objects.select_for_update().get(pk=factor.pk), written, now)
    elif RecoveryCode.objects.filter(user=user, digest=_digest(written), used_at=None).update(used_at=now):
        _record("two_factor.recovery_used", user, request)
    else:
        raise NoCode


def send_code(user: User, *, request: HttpRequest, now: datetime) -> None:
    """Send a code by SMS: to the number of the second step, or where there is none yet to the user's own, which is to
    be confirmed. Raises sms_codes.TooManyCodes."""
    mobile = mobile_of(user)
    if mobile:
        sms_codes.send(user, mobile, request=request, now=now)


def mobile_of(user: User) -> str:
    """Where codes by SMS go; empty where none do."""
    factor = factor_of(user)
    if factor is None:
        return user.mobile
    return factor.mobile if factor.way == TwoFactor.Way.SMS else ""


@transaction.atomic
def renew_codes(user: User, *, request: HttpRequest | None = None) -> list[str]:
    """New recovery codes in place of all old ones."""
    _record("two_factor.codes_renewed", user, request)
    return _new_codes(user)


@transaction.atomic
def turn_off(user: User, *, by: User, request: HttpRequest | None = None) -> bool:
    """Take the second step off: by the user, or by staff for one who lost the phone. False where there was none."""
    had = TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()
    TwoFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    SmsCode.objects.filter(user=user, used_at=None).update(used_at=timezone.now())
    if had:
        action = "two_factor.disabled" if by == user else "two_factor.reset"
        _record(action, user, request, by=by)
    return had


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


# --- Remembered devices: a signed cookie, worth nothing after a new password or a new second step ---------------------


def remember(response: HttpResponse, user: User) -> None:
    """Do not ask for the second step on this browser for settings.TWO_FACTOR_REMEMBER_DAYS days."""
    token = signing.dumps({"user": user.pk, "mark": _mark(user)}, salt=_DEVICE_SALT)
    seconds = settings.TWO_FACTOR_REMEMBER_DAYS * 24 * 3600
    response.set_cookie(
        DEVICE_COOKIE, token, max_age=seconds, samesite="Lax", secure=settings.HTTPS, httponly=True, path="/accounts/"
    )


def is_remembered(request: HttpRequest, user: User) -> bool:
    days = settings.TWO_FACTOR_REMEMBER_DAYS
    try:
        told = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=_DEVICE_SALT, max_age=days * 24 * 3600)
    except signing.BadSignature:
        return False
    return days > 0 and told["user"] == user.pk and constant_time_compare(told["mark"], _mark(user))


def forget_devices(user: User) -> None:
    """Every browser of ``user`` is asked for the second step again."""
    factor = factor_of(user)
    if factor is not None:
        factor.devices_round += 1
        factor.save(update_fields=["devices_round"])


def _mark(user: User) -> str:
    factor = factor_of(user)
    facts = f"{user.get_session_auth_hash()} {factor.secret} {factor.devices_round}" if factor else "none"
    return hashlib.sha256(facts.encode()).hexdigest()


def _turn_on(factor: TwoFactor, now: datetime, request: HttpRequest | None) -> list[str]:
    factor.confirmed_at = now
    factor.save(update_fields=["confirmed_at", "way", "mobile"])
    _record("two_factor.enabled", factor.user, request)
    return _new_codes(factor.user)


def _plain(code: str) -> str:
    return "".join(ascii_digits(code).split()).replace("-", "").lower()


def _use_app_code(factor: TwoFactor, code: str, now: datetime) -> None:
    """Each step's code is taken once: the next must be of a later step. The phone's drift is remembered."""
    written = "".join(ascii_digits(code).split())
    if not (written.isascii() and written.isdigit() and len(written) == 6):
        raise NoCode
    clock = TOTP(bytes.fromhex(factor.secret), drift=factor.drift)
    clock.time = now.timestamp()
    if not clock.verify(int(written), tolerance=CLOCKS_APART, min_t=factor.last_step + 1):
        raise NoCode
    factor.last_step, factor.drift = clock.t(), clock.drift
    factor.save(update_fields=["last_step", "drift"])


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    # A code of digits alone would be read as the app's.
    codes = [f"a{code[1:]}" if code.isdigit() else code for code in codes]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _digest(code: str) -> str:
    """Twelve random characters are 59 bits: a plain hash of them cannot be turned round."""
    return hashlib.sha256(code.encode()).hexdigest()


def _record(action: str, user: User, request: HttpRequest | None, by: User | None = None) -> None:
    audit.record(action=action, user=by or user, account=home_account(user), target=user.username, request=request)
