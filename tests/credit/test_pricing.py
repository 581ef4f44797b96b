import pytest

from credit.models import AccountPlan, TariffPlan
from credit.pricing import NoTariff, Price, plan_of, prices
from numbers.models import Line, Operator
from numbers.selectors import forget_tables
from tests.factories import make_account, make_line, make_plan, make_prices

pytestmark = pytest.mark.django_db
ROW = {"language": "fa", "line_kind": "advertising"}
BASE = [ROW | {"price_per_part": 100}, ROW | {"language": "en", "price_per_part": 240}]


@pytest.fixture(autouse=True)
def fresh_tables():
    forget_tables()


@pytest.fixture
def plan():
    return make_plan(*BASE)


@pytest.fixture
def account(plan):
    account = make_account()
    AccountPlan.objects.create(account=account, plan=plan)
    return account


def operator(code: str) -> Operator:
    return Operator.objects.get(code=code)


def persian(account, line) -> dict[str, int]:
    codes = dict(Operator.objects.values_list("id", "code"))
    return {codes[pk]: price[8].per_part for pk, price in prices(account=account, line=line).items()}


def test_the_row_for_any_operator_holds_for_every_operator_and_both_languages(account):
    table = prices(account=account, line=make_line(account))
    assert table == {
        pk: {0: Price(240, False), 8: Price(100, False)} for pk in Operator.objects.values_list("id", flat=True)
    }


def test_the_most_particular_row_holds(account, plan):
    line = make_line(account, prefix_family="2000")
    rows = list(BASE)

    def add(**row) -> None:
        rows.append(row)
        make_prices(plan, *rows)

    add(**ROW, prefix_family="2000", price_per_part=110, refunds_undelivered=True)
    found = persian(account, line)
    assert set(found.values()) == {110}

    add(**ROW, operator=operator("mci"), price_per_part=120)
    found = persian(account, line)
    assert (found["mci"], found["taliya"], found["irancell"]) == (120, 120, 110)

    add(**ROW, operator=operator("mci"), prefix_family="2000", price_per_part=130)
    found = persian(account, line)
    assert (found["mci"], found["taliya"], found["irancell"]) == (130, 130, 110)

    add(**ROW, operator=operator("taliya"), price_per_part=140)
    found = persian(account, line)
    assert (found["mci"], found["taliya"], found["lotustel"], found["irancell"]) == (130, 140, 130, 110)


def test_a_row_of_another_family_or_kind_does_not_hold(account, plan):
    others = [{**ROW, "prefix_family": "1000", "price_per_part": 1}, {"line_kind": "service", "price_per_part": 2}]
    make_prices(plan, *BASE, *others)
    assert set(persian(account, make_line(account)).values()) == {100}


def test_whether_the_undelivered_come_back_is_the_rows_own(account, plan):
    make_prices(plan, BASE[0] | {"refunds_undelivered": True}, BASE[1])
    table = prices(account=account, line=make_line(account))
    assert table[operator("mci").pk] == {0: Price(240, False), 8: Price(100, True)}


def test_a_line_without_a_price_is_refused_with_a_sentence(account, plan):
    line = make_line(account, kind=Line.Kind.SERVICE)
    with pytest.raises(NoTariff) as refusal:
        prices(account=account, line=line)
    assert (refusal.value.line, refusal.value.plan) == (line, plan)
    assert line.number in str(refusal.value)


def test_a_price_for_one_language_alone_is_not_enough(account, plan):
    make_prices(plan, BASE[0])
    with pytest.raises(NoTariff):
        prices(account=account, line=make_line(account))


def test_an_account_pays_by_its_own_plan_and_else_by_the_default(account, plan):
    assert plan_of(account) == plan
    assert plan_of(make_account()) == TariffPlan.objects.get(is_default=True)


def test_without_any_plan_nothing_is_priced(account):
    stranger = make_account()
    TariffPlan.objects.filter(is_default=True).update(is_default=False)
    with pytest.raises(NoTariff):
        prices(account=stranger, line=make_line(stranger))


def test_a_fresh_installation_prices_every_kind_of_line_and_higher_tiers_pay_less():
    account = make_account()
    plans = list(TariffPlan.objects.order_by("tier"))
    assert [plan.is_default for plan in plans] == [True, False, False]
    for kind in Line.Kind.values:
        line = make_line(account, kind=kind)
        costs = []
        for plan in plans:
            AccountPlan.objects.update_or_create(account=account, defaults={"plan": plan})
            costs.append(prices(account=account, line=line)[operator("mci").pk][8].per_part)
        assert costs == sorted(costs, reverse=True)
        assert len(set(costs)) == 3
