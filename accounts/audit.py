"""The trail of what people did. ``record`` is the only way in; the database refuses changes afterwards."""

from django.http import HttpRequest

from accounts.addresses import client_address
from accounts.models import Account, AuditEntry, User

_LABELS: dict[str, str] = {}


def record(
    *,
    action: str,
    user: User | None = None,
    account: Account | None = None,
    target: object = "",
    details: dict | None = None,
    request: HttpRequest | None = None,
) -> AuditEntry:
    """Add an entry. ``action`` is a dotted verb such as "campaign.confirmed"; ``details`` must be JSON.

    With a request, its address is kept, and its user and account stand in for those not given.
    """
    if request is not None:
        user = user or _logged_in(request)
        account = account or getattr(request, "account", None)
    return AuditEntry.objects.create(
        action=action,
        user=user,
        account=account,
        target=str(target)[:120],
        details=details or {},
        address=client_address(request) if request is not None else None,
    )


def name_actions(labels: dict[str, str]) -> None:
    """Give actions the (lazily translated) words that people read. Each app names its own when it is ready."""
    _LABELS.update(labels)


def action_label(action: str) -> str:
    """The words for an action; the action itself where nobody named it."""
    return str(_LABELS.get(action, action))


def action_choices() -> list[tuple[str, str]]:
    """Every named action with its words, for filters."""
    return sorted(((action, str(label)) for action, label in _LABELS.items()), key=lambda choice: choice[1])


def _logged_in(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
