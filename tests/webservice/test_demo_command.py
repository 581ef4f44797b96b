"""The demo: made once, the same at every start, and never beside real customers."""

import json
import stat

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, User
from billing.selectors import balance
from credit.ledger import check_ledger
from messaging.models import Campaign, Gateway, InboundMessage, Message, Receipt, Route, SampleMessage, Status
from numbers.models import Line
from phonebook.models import Contact, Group
from tests.factories import make_user
from webservice.models import ApiKey
from webservice.services.keys import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(settings, tmp_path, capsys):
    settings.STATE_DIR, settings.DEMO = tmp_path, True
    settings.SIMULATOR_HOST, settings.SIMULATOR_PORT = "127.0.0.1", 4001

    def run(*arguments):
        call_command("demo", *arguments)
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return run


def test_the_demo_is_complete_and_its_money_adds_up(run, client, settings):
    answer = run()
    account = Account.objects.get(pk=answer["account_id"])
    assert client.post("/accounts/login/", answer["login"]).status_code == 302
    assert ApiKey.objects.of(account).filter(digest=digest_of(answer["api_key"])).exists()
    assert User.objects.get(username=answer["staff"]["username"]).check_password(answer["staff"]["password"])
    usable = Line.objects.usable_by(account).order_by("kind").values_list("kind", "number")
    assert list(usable) == [("advertising", "30004554"), ("service", "5000211"), ("shared", "100020")]
    assert balance(account) == 50_000_000
    assert check_ledger() == []
    assert Contact.objects.of(account).count() == 2511  # 18 of them imported, 7 in the trash
    assert Group.objects.of(account).count() == 5
    assert SampleMessage.objects.of(account).count() == 5
    assert InboundMessage.objects.of(account).filter(read_at=None).count() == 3
    assert (settings.STATE_DIR / "demo.json").stat().st_mode & 0o777 == stat.S_IRUSR | stat.S_IWUSR


def test_its_history_is_settled_as_a_bind_would_have(run):
    run()
    states = dict.fromkeys(Campaign.objects.values_list("state", flat=True))
    assert set(states) == {"finished", "scheduled"}
    finished = Message.objects.exclude(campaign__state="scheduled")
    assert set(finished.values_list("status", flat=True)) == {
        Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED,
    }  # fmt: skip
    refused = finished.filter(status=Status.REJECTED)
    assert all(message.returned == message.price > 0 for message in refused)
    assert not finished.exclude(status=Status.REJECTED).exclude(returned=0).exists()
    assert not Receipt.objects.filter(message=None).exists()


def test_no_contact_ends_in_digits_that_the_simulator_has_a_fate_for(run):
    run()
    assert not [number for number in Contact.objects.values_list("msisdn", flat=True) if number % 10_000 < 1000]


def test_each_operator_has_its_gateway_to_the_simulator(run, settings):
    run()
    gateways = Gateway.objects.order_by("name").values_list("name", "host", "port", "is_enabled")
    assert list(gateways) == [(name, "127.0.0.1", 4001, True) for name in ("irancell", "mci", "rightel")]
    settings.SIMULATOR_PORT = 4002
    run()
    assert set(Gateway.objects.values_list("port", flat=True)) == {4002}
    assert Route.objects.count() == 4


def test_a_second_start_changes_nothing(run):
    models = (Account, User, Line, Contact, Campaign, Message, ApiKey, Route)
    first = run()
    counts = [model.objects.count() for model in models]
    assert run() == first
    assert [model.objects.count() for model in models] == counts


def test_lost_credentials_are_made_anew(run, settings):
    first = run()
    (settings.STATE_DIR / "demo.json").unlink()
    second = run()
    assert second["login"] != first["login"]
    assert User.objects.get(username="demo").check_password(second["login"]["password"])
    assert second["api_key"] != first["api_key"]


def test_another_business_lives_beside_it(run):
    run()
    stranger = Account.objects.get(name="نان سحر")
    assert Campaign.objects.of(stranger).count() == 1
    platform = Account.objects.get(name="سامانه")
    assert platform.lines.get().carries_notices
    assert not User.objects.get(username="stranger").has_usable_password()


def test_it_asks_before_it_adds_anything(run, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="--yes"):
        run()
    assert not User.objects.exists()


def test_it_keeps_out_of_an_installation_with_users_of_its_own(run):
    make_user()
    assert run() is None
    assert (User.objects.count(), Account.objects.count(), Gateway.objects.count()) == (1, 0, 0)
    assert run("--yes")["login"]["username"] == "demo"
