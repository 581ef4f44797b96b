"""The demo's passwords and API key: made once, kept beside the data, the same at every start."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from accounts.models import Account, User
from webservice.models import ApiKey
from webservice.services import create_key
from webservice.services.keys import digest_of

NAME = "demo.json"


def load() -> dict[str, str]:
    """What was kept, or new passwords; an unreadable file counts as none."""
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    for name in ("password", "staff_password"):
        kept.setdefault(name, secrets.token_urlsafe(9))
    return kept


def keep(credentials: dict[str, str]) -> None:
    """Readable by this system user only."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(credentials, file)
    partial.replace(path)


def set_password(user: User, password: str) -> None:
    """Make ``password`` the user's, leaving sessions alone where it is already."""
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])


def api_key(account: Account, owner: User, kept: str | None, *, is_test: bool = False) -> str:
    """The secret that was kept, if it still opens this account's door; else that of a new key."""
    if kept and ApiKey.objects.of(account).filter(digest=digest_of(kept), revoked_at=None).exists():
        return kept
    scopes = ["send", "read", "contacts", "inbox"]
    name = "کلید آزمایشی" if is_test else "کلید نمایشی"
    return create_key(account=account, name=name, scopes=scopes, created_by=owner, is_test=is_test)[1]


def _path() -> Path:
    return settings.STATE_DIR / NAME
