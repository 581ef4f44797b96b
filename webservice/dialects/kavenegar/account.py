"""account/info, account/config, utils/getdate."""

from datetime import datetime

from billing.selectors import spendable, wallet_of
from billing.services import set_limits
from common.jalali import TEHRAN
from messaging.selectors import lines_for
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import seconds
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.wire import Parameters
from webservice.models import ApiKey, DialectSettings

NEVER = 2**31 - 1  # an account does not expire; clients keep the date in 32 bits
OFF = "disabled"
FIXED = {"apilogs": "justfaults", "dailyreport": OFF, "resendfailed": OFF}
SPELLINGS = {"justforfault": "justfaults", "justforfaults": "justfaults", "justfault": "justfaults"}
MOST_RIALS = 10**15


def info(key: ApiKey, parameters: Parameters, now: datetime) -> dict:
    """``remaincredit`` in rials; ``expiredate`` is the key's."""
    expires = seconds(key.expires_at) if key.expires_at else NEVER
    return {"remaincredit": spendable(key.account), "expiredate": expires, "type": "master"}


def config(key: ApiKey, parameters: Parameters, now: datetime) -> dict:
    """Read, or set what is named. A setting that we do not have can only be given as it is (402 else)."""
    for name, only in FIXED.items():
        asked = parameters.word(name)
        if asked and SPELLINGS.get(asked, asked) != only:
            raise Refused(Code.FAILED, f"تنظیم {name} ارائه نمی‌شود")
    changes = _changes(key, parameters)
    alarm = read.whole(parameters, "mincreditalarm", -1)
    if alarm > MOST_RIALS:
        raise Refused(Code.INCOMPLETE)
    if (changes or alarm >= 0) and ApiKey.Scope.ADMIN not in key.scopes:
        raise Refused(Code.BAD_KEY, "این کلید اجازهٔ تغییر تنظیمات را ندارد")
    if changes:
        DialectSettings.objects.update_or_create(account=key.account, defaults=changes)
    if alarm >= 0:
        limit = wallet_of(key.account).credit_limit
        set_limits(account=key.account, credit_limit=limit, low_balance_warning=alarm, by=key.created_by)
    return _current(key)


def _changes(key: ApiKey, parameters: Parameters) -> dict:
    changes = {}
    debugging = parameters.word("debugmode", "debug")
    if debugging:
        if debugging not in {"enabled", OFF}:
            raise Refused(Code.INCOMPLETE)
        changes["is_debugging"] = debugging == "enabled"
    line = parameters.text("defaultsender")
    if line:
        changes["default_line"] = read.sender(key, line)
    return changes


def _current(key: ApiKey) -> dict:
    kept = DialectSettings.objects.of(key.account).select_related("default_line").first() or DialectSettings()
    line = kept.default_line or lines_for(key.account).first()
    return {
        "apilogs": FIXED["apilogs"],
        "dailyreport": FIXED["dailyreport"],
        "debugmode": "enabled" if kept.is_debugging else OFF,
        "defaultsender": line.number if line else "",
        "mincreditalarm": str(wallet_of(key.account).low_balance_warning),
        "resendfailed": FIXED["resendfailed"],
    }


def date(now: datetime) -> dict:
    """The time in Tehran, Gregorian."""
    local = now.astimezone(TEHRAN)
    parts = {name: getattr(local, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    return {"datetime": local.strftime("%Y/%m/%d %H:%M:%S"), **parts, "unixtime": seconds(now)}
