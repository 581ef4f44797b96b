"""The keys of an account in the panel (S1), and as staff see them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import AuditEntry, Membership
from tests.factories import make_account, make_user
from tests.webservice.conftest import Api, problem
from webservice.models import ApiKey
from webservice.services import create_key, digest_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
FORM = {"name": "Shop", "scopes": ["send", "read"], "networks": "203.0.113.9\n\n2001:db8::/32", "lifetime": "30"}


@pytest.fixture
def owner(client, account):
    user = make_user(account=account, language="en")
    client.force_login(user)
    return user


def test_a_new_key_is_shown_once_and_works(client, owner, account, line):
    with time_machine.travel(NOW, tick=False):
        answer = client.post("/web-service/keys/new/", FORM)
        assert answer.status_code == 200
        secret = re.search(r'id="secret">(live_[\w-]{43})<', answer.content.decode())[1]
        assert "no-store" in answer["Cache-Control"]
        key = ApiKey.objects.get()
        assert (key.name, key.account, key.created_by, key.digest) == ("Shop", account, owner, digest_of(secret))
        assert key.networks == ["203.0.113.9", "2001:db8::/32"]
        assert key.expires_at == NOW + timedelta(days=30)
        assert Api(secret, "203.0.113.9").get("balance").status_code == 200
    page = client.get("/web-service/keys/").content.decode()
    assert key.prefix in page
    assert secret not in page
    assert key.digest not in page
    entry = AuditEntry.objects.get(action="key.created")
    assert (entry.user, entry.account, entry.target, entry.address) == (owner, account, str(key), "127.0.0.1")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "   "}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"networks": "here"}, "“here” is not an address."),
        ({"lifetime": "7"}, "Select a valid choice."),
    ],
)
def test_a_form_with_a_mistake_keeps_what_was_typed(client, owner, change, sentence):
    page = client.post("/web-service/keys/new/", FORM | {"name": "Kept"} | change).content.decode()
    assert sentence in page
    assert "name" in change or 'value="Kept"' in page
    assert not ApiKey.objects.exists()


def test_a_list_holds_the_keys_of_the_account_alone(client, owner, account):
    mine, _secret = create_key(account=account, name="Mine", scopes=["read"], created_by=owner)
    create_key(account=make_account(), name="Theirs", scopes=["read"])
    page = client.get("/web-service/keys/").content.decode()
    assert "Mine" in page
    assert "Theirs" not in page
    assert f"/web-service/keys/{mine.pk}/revoke/" in page


def test_without_a_key_the_page_says_what_one_is_for(client, owner):
    assert "No key yet" in client.get("/web-service/keys/").content.decode()


def test_a_revoked_key_is_refused_from_then_on(client, owner, api, key):
    assert api.get("balance").status_code == 200
    answer = client.post(f"/web-service/keys/{key[0].pk}/revoke/", follow=True)
    assert "The key is revoked" in answer.content.decode()
    problem(api.get("balance"), 401, "key_revoked")
    client.post(f"/web-service/keys/{key[0].pk}/revoke/")
    assert AuditEntry.objects.filter(action="key.revoked", user=owner).count() == 1


def test_the_key_of_another_account_cannot_be_revoked(client, owner):
    theirs, _secret = create_key(account=make_account(), name="Theirs", scopes=["read"])
    assert client.post(f"/web-service/keys/{theirs.pk}/revoke/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


@pytest.mark.parametrize("role", [Membership.Role.SENDER, Membership.Role.VIEWER])
def test_only_owners_hold_keys(client, account, key, role):
    client.force_login(make_user(account=account, role=role))
    before = ApiKey.objects.values_list().get()
    assert client.get("/web-service/keys/").status_code == 403
    assert client.post("/web-service/keys/new/", FORM).status_code == 403
    assert client.post(f"/web-service/keys/{key[0].pk}/revoke/").status_code == 403
    assert ApiKey.objects.values_list().get() == before


class TestStaff:
    @pytest.fixture(autouse=True)
    def staff(self, client):
        self.user = make_user(is_staff=True, is_superuser=True, language="en")
        client.force_login(self.user)

    def test_see_keys_without_their_hash_and_change_nothing(self, client, key):
        for page in ("/admin/webservice/apikey/", f"/admin/webservice/apikey/{key[0].pk}/change/"):
            text = client.get(page).content.decode()
            assert key[0].prefix in text
            assert key[0].digest not in text
        before = ApiKey.objects.values_list().get()
        client.post(f"/admin/webservice/apikey/{key[0].pk}/change/", {"name": "Other", "scopes": "admin"})
        assert ApiKey.objects.values_list().get() == before
        assert client.get("/admin/webservice/apikey/add/").status_code == 403
        assert client.get(f"/admin/webservice/apikey/{key[0].pk}/delete/").status_code == 403

    def test_revoke_keys(self, client, key, api):
        client.post("/admin/webservice/apikey/", {"action": "revoke", "_selected_action": [key[0].pk]})
        problem(api.get("balance"), 401, "key_revoked")
        assert AuditEntry.objects.get(action="key.revoked").user == self.user
