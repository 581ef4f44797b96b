"""Made-up subscribers for demonstrations and measurements: plausible shares, no person's data."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from django.db import transaction

from common.phones import FIRST
from numberbank import bitmaps
from numberbank.models import City, District, Gender, Guild, PostalRange, Province, Segment, Suburb
from numberbank.reference import KARAJ, TEHRAN, city_id
from numberbank.rows import COLUMNS, store

BATCH = 100_000
# Prefixes and how often they come, per thousand. Of Irancell's, 0935 alone carries gender and region (3.4).
_PREFIXES = {
    912: 170, 919: 90, 910: 60, 911: 50, 913: 60, 914: 60, 915: 60, 916: 50, 917: 50, 918: 40,
    935: 90, 936: 60, 937: 50, 938: 40, 939: 40, 901: 30, 921: 20, 990: 20,
}  # fmt: skip
_WITH_GENDER = (935, 912)
_NUMBERS = 10_000_000
_STEP = 7_368_787  # shares no factor with 10,000,000: it passes every number of a prefix once


def subscribers(count: int, seed: int = 1) -> Iterator[np.ndarray]:
    """``count`` rows (at most 10 million) as numberbank.rows.COLUMNS, each number once, 100,000 at a time."""
    chance = np.random.Generator(np.random.PCG64(seed))
    places = _Places()
    prefixes = np.array(list(_PREFIXES))
    taken = dict.fromkeys(_PREFIXES, 0)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        chosen = chance.choice(prefixes, size, p=np.array(list(_PREFIXES.values())) / sum(_PREFIXES.values()))
        rows = np.full((size, len(COLUMNS)), -1, np.int64)
        for prefix in _PREFIXES:
            mine = np.flatnonzero(chosen == prefix)
            serials = np.arange(taken[prefix], taken[prefix] + len(mine))
            taken[prefix] += len(mine)
            rows[mine, 0] = FIRST + (prefix - 900) * _NUMBERS + serials * _STEP % _NUMBERS
        places.fill(rows, chosen, chance)
        yield rows


def fill(count: int, *, now: datetime, seed: int = 1) -> bool:
    """Put made-up subscribers into the bank and count them; False, and nothing done, where the bank is not empty."""
    if Segment.objects.exists():
        return False
    for rows in subscribers(count, seed):
        with transaction.atomic():
            store(rows)
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=now)
    return True


class _Places:
    def __init__(self) -> None:
        self.tehran, self.karaj = city_id(TEHRAN), city_id(KARAJ)
        self.provinces = np.array(sorted(Province.objects.values_list("id", flat=True)))
        capital = {
            row.pk: City.objects.filter(province=row.pk, name_fa=row.name_fa).values_list("id", flat=True).first()
            for row in Province.objects.all()
        }
        self.cities = {
            province: np.array(list(City.objects.filter(province=province).order_by("id").values_list("id", flat=True)))
            for province in self.provinces.tolist()
        }
        self.capital = {**capital, 30: self.karaj}
        self.tehran_province = City.objects.get(pk=self.tehran).province_id
        self.suburbs = np.array(sorted(Suburb.objects.values_list("id", flat=True)))
        self.guilds = np.array(sorted(Guild.objects.exclude(group=None).values_list("id", flat=True)))
        self.districts = {
            city: np.array(sorted(District.objects.filter(city=city).values_list("id", flat=True)))
            for city in (self.tehran, self.karaj)
        }
        self.codes = {
            province: [
                (row.first, row.last) for row in PostalRange.objects.filter(province=province) if not row.county_fa
            ]
            or [(row.first, row.last) for row in PostalRange.objects.filter(province=province)]
            for province in self.provinces.tolist()
        }

    def fill(self, rows: np.ndarray, prefixes: np.ndarray, chance: np.random.Generator) -> None:
        """A province for everybody; a city, a district, a suburb, a trade, a postal code for some."""
        size = len(rows)
        weights = np.where(self.provinces == self.tehran_province, 12.0, 1.0)
        rows[:, 1] = chance.choice(self.provinces, size, p=weights / weights.sum())
        for province in self.provinces.tolist():
            mine = np.flatnonzero(rows[:, 1] == province)
            cities = chance.choice(self.cities[province], len(mine))
            capital = self.capital.get(province)
            if capital is not None:
                cities = np.where(chance.random(len(mine)) < 0.7, capital, cities)
            rows[mine, 2] = cities
            bounds = np.array(self.codes[province])
            ranges = bounds[chance.integers(0, len(bounds), len(mine))]
            codes = chance.integers(ranges[:, 0], ranges[:, 1] + 1)
            rows[mine, 7] = np.where(chance.random(len(mine)) < 0.6, codes, -1)
        rows[:, 8] = np.where(rows[:, 7] >= 0, chance.integers(0, 100_000, size), -1)
        is_irancell_without = (prefixes >= 930) & (prefixes <= 939) & (prefixes != 935)
        for city, districts in self.districts.items():
            mine = np.flatnonzero((rows[:, 2] == city) & ~is_irancell_without)
            rows[mine, 3] = chance.choice(districts, len(mine))
        around = np.flatnonzero(
            (rows[:, 1] == self.tehran_province) & (rows[:, 2] != self.tehran) & ~is_irancell_without
        )
        rows[around, 4] = chance.choice(self.suburbs, len(around))
        rows[:, 5] = np.where(chance.random(size) < 0.3, chance.choice(self.guilds, size), -1)
        genders = chance.integers(Gender.FEMALE, Gender.MALE + 1, size)
        rows[:, 6] = np.where(np.isin(prefixes, _WITH_GENDER), genders, -1)
