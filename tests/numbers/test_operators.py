import numpy as np
import pytest

from numbers.models import Operator, PortedNumber, Prefix
from numbers.reference import fill_when_empty
from numbers.selectors import (
    accepts_bulk_table,
    forget_tables,
    operator_ids,
    operator_of,
    operator_table,
    operators,
    other_operator_id,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_tables():
    forget_tables()
    yield
    forget_tables()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (989121234567, "mci"),
        (989901234567, "mci"),
        (989351234567, "irancell"),
        (989011234567, "irancell"),
        (989201234567, "rightel"),
        (989311234567, "spadan"),
        (989321234567, "taliya"),
        (989341234567, "telekish"),
        (989981234567, "shatel"),
        (989990123456, "lotustel"),
        (989991023456, "aptel"),
        (989991423456, "azartel"),
        (989999123456, "samantel"),
        (989991223456, "other"),
        (989701234567, "other"),
        (989000000000, "irancell"),
        (989999999999, "samantel"),
    ],
)
def test_the_prefix_tells_the_operator(number, code):
    assert operator_of(number).code == code


def test_the_table_is_laid_by_the_first_five_digits():
    table = operator_table()
    assert (table.dtype, table.shape) == (np.int32, (10_000,))
    codes = {pk: operator.code for pk, operator in operators().items()}
    assert codes[table[91212 - 90000]] == "mci"
    assert codes[table[99911 - 90000]] == "aptel"
    assert table[97012 - 90000] == 0
    with pytest.raises(ValueError):
        table[0] = 1


def test_virtual_operators_have_the_network_that_carries_them():
    hosts = {operator.code: operator.host.code for operator in Operator.objects.exclude(host=None)}
    assert hosts == {
        "taliya": "mci",
        "lotustel": "mci",
        "aptel": "irancell",
        "azartel": "irancell",
        "shatel": "rightel",
        "ariantel": "rightel",
        "samantel": "rightel",
    }


def test_data_sims_take_no_bulk():
    table = accepts_bulk_table()
    assert not table[94100 - 90000 : 94200 - 90000].any()
    assert table.sum() == 10_000 - 100


def test_a_ported_number_goes_to_its_new_operator():
    PortedNumber.objects.create(msisdn=989121234567, operator=Operator.objects.get(code="rightel"))
    PortedNumber.objects.create(msisdn=989351234567, operator=Operator.objects.get(code="mci"))
    assert operator_of(989121234567).code == "rightel"
    found = operator_ids(np.array([989351234567, 989121234568, 989121234567, 989701234567], np.int64))
    assert [operators()[pk].code for pk in found] == ["mci", "mci", "rightel", "other"]
    assert found[3] == other_operator_id()
    assert found.dtype == np.int32


def test_a_longer_prefix_wins_over_the_one_around_it():
    Prefix.objects.create(prefix="09129", operator=Operator.objects.get(code="rightel"))
    assert operator_of(989129123456).code == "rightel"
    assert operator_of(989128123456).code == "mci"


def test_the_tables_are_filled_once_and_staffs_changes_stay():
    from django.apps import apps

    assert Prefix.objects.count() == 47
    Operator.objects.filter(code="mci").update(name_en="Hamrah-e Aval")
    assert not fill_when_empty(apps)
    assert Operator.objects.get(code="mci").name_en == "Hamrah-e Aval"
    Prefix.objects.all().delete()
    Operator.objects.update(host=None)
    Operator.objects.all().delete()
    assert fill_when_empty(apps)
    assert (Operator.objects.count(), Prefix.objects.count()) == (13, 47)


def test_an_operator_is_named_in_the_readers_language():
    from django.utils import translation

    operator = Operator.objects.get(code="mci")
    with translation.override("fa"):
        assert str(operator) == "همراه اول"
    with translation.override("en"):
        assert str(operator) == "MCI"
