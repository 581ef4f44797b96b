"""What the pages of targeting offer: values with how many subscribers each has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.translation import get_language

from numberbank import bitmaps
from numberbank.models import City, Dimension, District, Gender, Guild, Neighbourhood, Province, Suburb
from numberbank.prefixes import written
from numberbank.targets import Criteria
from numbers.models import Operator, Prefix
from numbers.selectors import operator_of


@dataclass(slots=True)
class Option:
    """A value to choose: ``count`` subscribers have it; ``detail`` helps to recognise it."""

    value: int
    label: str
    count: int = 0
    detail: str = ""
    options: list["Option"] = field(default_factory=list)


def districts() -> list[Option]:
    """The districts of Tehran, then of Karaj, each city an option without a value of its own."""
    counts = bitmaps.tallies(Dimension.DISTRICT)[Dimension.DISTRICT]
    known: dict[int, list[str]] = {}
    for row in Neighbourhood.objects.exclude(district=None):
        known.setdefault(row.district_id, []).append(str(row))
    cities: dict[int, Option] = {}
    for row in District.objects.select_related("city"):
        group = cities.setdefault(row.city_id, Option(0, str(row.city)))
        names = _separator().join(known.get(row.pk, [])[:4])
        group.options.append(Option(row.pk, str(row), counts.get(row.pk, 0), names))
    return list(cities.values())


def suburbs() -> list[Option]:
    counts = bitmaps.tallies(Dimension.SUBURB)[Dimension.SUBURB]
    return [Option(row.pk, str(row), counts.get(row.pk, 0), row.county_fa) for row in Suburb.objects.all()]


def guilds() -> list[Option]:
    """Groups of trades, each with its trades."""
    counts = bitmaps.tallies(Dimension.GUILD, Dimension.GUILD_GROUP)
    groups: dict[int, Option] = {}
    for row in Guild.objects.order_by("code"):
        if row.group_id is None:
            groups[row.pk] = Option(row.pk, str(row), counts[Dimension.GUILD_GROUP].get(row.pk, 0))
        else:
            trade = Option(row.pk, str(row), counts[Dimension.GUILD].get(row.pk, 0))
            groups[row.group_id].options.append(trade)
    return list(groups.values())


def prefixes(carrying: Dimension = Dimension.PREFIX) -> list[Option]:
    """Operators, each with those of its prefixes that have subscribers; with ``carrying`` PREFIX_WITH_GENDER or
    PREFIX_WITH_REGION only prefixes of which that is known (3.4)."""
    counts = bitmaps.tallies(carrying)[carrying]
    operator_of_prefix = {int(row.prefix[1:]): row.operator for row in Prefix.objects.select_related("operator")}
    groups: dict[int, Option] = {}
    for value, count in sorted(counts.items(), key=lambda pair: written(pair[0])):
        operator = operator_of_prefix.get(value) or _operator_of(value)
        group = groups.setdefault(operator.pk, Option(operator.pk, str(operator)))
        group.options.append(Option(value, written(value), count))
        group.count += count
    return sorted(groups.values(), key=lambda group: -group.count)


def _operator_of(value: int) -> Operator:
    digits = str(value)
    return operator_of(int(f"98{digits.ljust(10, '0')}"))


def genders() -> list[Option]:
    counts = bitmaps.tallies(Dimension.GENDER)[Dimension.GENDER]
    return [Option(gender.value, str(gender.label), counts.get(gender.value, 0)) for gender in Gender]


def provinces() -> list[Option]:
    counts = bitmaps.tallies(Dimension.PROVINCE)[Dimension.PROVINCE]
    return [Option(row.pk, str(row), counts.get(row.pk, 0)) for row in _by_name(Province.objects.all())]


def cities(province_id: int) -> list[Option]:
    """The cities of a province; empty for an unknown one."""
    rows = _by_name(City.objects.filter(province=province_id))
    counts = bitmaps.tallies_of(Dimension.CITY, [row.pk for row in rows])
    return [Option(row.pk, str(row), counts.get(row.pk, 0)) for row in rows]


def provinces_of_cities(city_ids) -> set[int]:
    return set(City.objects.filter(pk__in=list(city_ids)).values_list("province_id", flat=True))


def names(criteria: Criteria) -> list[tuple[str, list[str]]]:
    """(what, its values) of criteria, in the reader's words: for the review page."""
    return names_of_each([criteria])[0]


def names_of_each(several: Sequence[Criteria]) -> list[list[tuple[str, list[str]]]]:
    """``names`` of each, for the list of audiences; as many queries as for one."""
    known = {
        name: model.objects.in_bulk({pk for criteria in several for pk in getattr(criteria, name)})
        for name, model, _dimension in _TABLES
        if any(getattr(criteria, name) for criteria in several)
    }
    return [_names(criteria, known) for criteria in several]


_TABLES = (
    ("provinces", Province, Dimension.PROVINCE),
    ("cities", City, Dimension.CITY),
    ("districts", District, Dimension.DISTRICT),
    ("suburbs", Suburb, Dimension.SUBURB),
    ("guilds", Guild, Dimension.GUILD),
)


def _names(criteria: Criteria, known: Mapping[str, Mapping[int, Model]]) -> list[tuple[str, list[str]]]:
    found = []
    for name, _model, dimension in _TABLES:
        if wanted := set(getattr(criteria, name)):
            found.append((str(dimension.label), [str(row) for pk, row in known[name].items() if pk in wanted]))
    if criteria.prefixes:
        found.append((str(Dimension.PREFIX.label), [written(value) for value in criteria.prefixes]))
    if criteria.genders:
        genders = dict(Gender.choices)
        shown = [str(genders[value]) for value in criteria.genders if value in genders]
        found.append((str(Dimension.GENDER.label), shown))
    if criteria.postal:
        codes = [str(first) if first == last else f"{first}-{last}" for first, last in criteria.postal]
        found.append(("", codes))
    return found


def _by_name(rows):
    if (get_language() or "fa").startswith("fa"):
        return list(rows)
    return sorted(rows, key=lambda row: str(row))


def _separator() -> str:
    return "، " if (get_language() or "fa").startswith("fa") else ", "
