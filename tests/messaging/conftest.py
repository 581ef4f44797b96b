"""An account that can send: a line, a gateway, credit, and its people."""

from types import SimpleNamespace

import pytest

from accounts.models import Membership
from tests.factories import make_account, make_gateway, make_line, make_user


@pytest.fixture
def business(db, client) -> SimpleNamespace:
    """``client`` is logged in as the owner; ``viewer`` may only look; ``stranger`` owns another account."""
    account = make_account(credit=1_000_000)
    owner = make_user(account=account, full_name="مریم کریمی", mobile="+989121110000")
    client.force_login(owner)
    return SimpleNamespace(
        account=account,
        owner=owner,
        viewer=make_user(account=account, role=Membership.Role.VIEWER),
        stranger=make_user(account=make_account()),
        line=make_line(account, kind="service"),
        gateway=make_gateway(),
        client=client,
    )


@pytest.fixture
def media(settings, tmp_path):
    """A MEDIA_ROOT of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
