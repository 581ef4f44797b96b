"""What people write in the columns of a file, read as the ids of our tables."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from common.text import ascii_digits, fold
from numberbank.models import City, District, Gender, Guild, Neighbourhood, PostalRange, Province, Suburb
from numberbank.reference import KARAJ, TEHRAN, city_id

NOT_KNOWN = -1
MOST_KEPT = 200_000


class Field(StrEnum):
    """A column of a file that the loader understands."""

    NUMBER = "number"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    SUBURB = "suburb"
    GUILD = "guild"
    GENDER = "gender"
    POSTAL = "postal"


class Unreadable(Exception):
    """A cell that is not empty and means nothing to us; ``field`` says of which column."""

    def __init__(self, field: Field):
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Place:
    """Ids, -1 where nothing is known. A finer place brings the coarser ones along."""

    province: int = NOT_KNOWN
    city: int = NOT_KNOWN
    district: int = NOT_KNOWN
    suburb: int = NOT_KNOWN


_GENDERS = {
    Gender.FEMALE: ("زن", "خانم", "مونث", "مؤنث", "female", "f", "woman", "1"),
    Gender.MALE: ("مرد", "آقا", "مذکر", "male", "m", "man", "2"),
}
_DISTRICT_WORDS = ("منطقه", "شهرداری", "district", "region", "،", ",", "-")


class Words:
    """Reads cells; every answer is kept, since a file says the same few thousand things over and over."""

    def __init__(self) -> None:
        self._provinces = _by_name(Province.objects.all())
        self._province_ids = set(self._provinces.values())
        self._cities: dict[str, list[tuple[int, int]]] = {}
        for city in City.objects.all():
            for name in {fold(city.name_fa), fold(city.name_en)} - {""}:
                self._cities.setdefault(name, []).append((city.pk, city.province_id))
        self._province_of_city = dict(City.objects.values_list("id", "province_id"))
        self._districts = dict(District.objects.values_list("id", "city_id"))
        self._neighbourhoods = _unique(Neighbourhood.objects.exclude(district=None), "district_id")
        self._suburbs = _by_name(Suburb.objects.all())
        self._province_of_suburb = dict(Suburb.objects.values_list("id", "province_id"))
        # A trade whose group bears the same name is meant before its group.
        self._guilds = _by_name(Guild.objects.filter(group=None)) | _by_name(Guild.objects.exclude(group=None))
        self._guild_codes = dict(Guild.objects.values_list("code", "id"))
        self._genders = {fold(word): int(gender) for gender, words in _GENDERS.items() for word in words}
        self._tehran, self._karaj = city_id(TEHRAN), city_id(KARAJ)
        self._province_of_code = _province_by_code()
        self._places: dict[tuple[str, ...], Place | Field] = {}
        self._trades: dict[str, int | Field] = {"": NOT_KNOWN}
        self._known_genders: dict[str, int | Field] = {"": NOT_KNOWN}

    def place(self, province: str, city: str, district: str, suburb: str) -> Place:
        """Raises Unreadable, also where the cells contradict one another."""
        return _kept(self._places, (province, city, district, suburb), self._read_place)

    def guild(self, cell: str) -> int:
        return _kept(self._trades, cell, self._read_guild)

    def gender(self, cell: str) -> int:
        return _kept(self._known_genders, cell, self._read_gender)

    def postal(self, cell: str) -> tuple[int, int]:
        """(first five digits, last five), the last -1 where only five are given. Raises Unreadable."""
        digits = ascii_digits(cell).strip().replace("-", "").replace(" ", "")
        if not digits:
            return NOT_KNOWN, NOT_KNOWN
        if not digits.isascii() or not digits.isdecimal() or len(digits) not in {5, 10} or digits[0] == "0":
            raise Unreadable(Field.POSTAL)
        return int(digits[:5]), int(digits[5:]) if len(digits) == 10 else NOT_KNOWN

    def province_of_postal(self, first_five: int) -> int:
        return int(self._province_of_code[first_five])

    def _read_guild(self, cell: str) -> int:
        code = ascii_digits(cell).strip()
        found = self._guild_codes.get(code.zfill(len(code) + len(code) % 2)) or self._guilds.get(fold(cell))
        if found is None:
            raise Unreadable(Field.GUILD)
        return found

    def _read_gender(self, cell: str) -> int:
        found = self._genders.get(fold(cell))
        if found is None:
            raise Unreadable(Field.GENDER)
        return found

    def _read_place(self, cells: tuple[str, ...]) -> Place:
        province, city, district, suburb = (fold(cell) for cell in cells)
        province_id = self._province(province) if province else NOT_KNOWN
        city_id = self._city(city, province_id) if city else NOT_KNOWN
        district_id = self._district(district, city_id) if district else NOT_KNOWN
        suburb_id = self._suburbs.get(suburb, NOT_KNOWN) if suburb else NOT_KNOWN
        if suburb and suburb_id == NOT_KNOWN:
            raise Unreadable(Field.SUBURB)
        if district_id != NOT_KNOWN:
            city_id = self._agreeing(city_id, self._districts[district_id], Field.DISTRICT)
        if city_id != NOT_KNOWN:
            province_id = self._agreeing(province_id, self._province_of_city[city_id], Field.CITY)
        if suburb_id != NOT_KNOWN:
            province_id = self._agreeing(province_id, self._province_of_suburb[suburb_id], Field.SUBURB)
        return Place(province_id, city_id, district_id, suburb_id)

    def _province(self, cell: str) -> int:
        found = self._provinces.get(cell.removeprefix("استان").strip())
        if found is None and cell.isdecimal() and int(cell) in self._province_ids:
            found = int(cell)
        if found is None:
            raise Unreadable(Field.PROVINCE)
        return found

    def _city(self, cell: str, province_id: int) -> int:
        """By name; of several of one name, that of the province. Cities whose names only the number tells apart are
        written by their number."""
        if cell.isdecimal() and int(cell) in self._province_of_city:
            return int(cell)
        found = {city for city, province in self._cities.get(cell, ()) if province_id in {NOT_KNOWN, province}}
        if len(found) != 1:
            raise Unreadable(Field.CITY)
        return found.pop()

    def _district(self, cell: str, city: int) -> int:
        """A number is Tehran's unless the city, or the cell, says Karaj; a neighbourhood stands for its district."""
        if cell in self._neighbourhoods:
            return self._neighbourhoods[cell]
        in_karaj = city == self._karaj or "کرج" in cell or "karaj" in cell
        for word in (*_DISTRICT_WORDS, "تهران", "tehran", "کرج", "karaj"):
            cell = cell.replace(word, " ")
        number = cell.strip()
        if not number.isdecimal() or len(number) > 2:
            raise Unreadable(Field.DISTRICT)
        district = int(number) + (District.KARAJ if in_karaj else 0)
        if district not in self._districts:
            raise Unreadable(Field.DISTRICT)
        return district

    @staticmethod
    def _agreeing(said: int, meant: int, field: Field) -> int:
        if said not in {NOT_KNOWN, meant}:
            raise Unreadable(field)
        return meant


def _kept(memory: dict, key, read):
    found = memory.get(key)
    if found is None:
        try:
            found = read(key)
        except Unreadable as error:
            found = error.field
        if len(memory) > MOST_KEPT:
            memory.clear()
        memory[key] = found
    if isinstance(found, Field):
        raise Unreadable(found)
    return found


def _by_name(rows) -> dict[str, int]:
    return {fold(name): row.pk for row in rows for name in (row.name_fa, row.name_en) if name}


def _unique(rows, attribute: str) -> dict[str, int]:
    """Names that stand for one row only."""
    found: dict[str, set[int]] = {}
    for row in rows:
        for name in (row.name_fa, row.name_en):
            found.setdefault(fold(name), set()).add(getattr(row, attribute))
    return {name: values.pop() for name, values in found.items() if name and len(values) == 1}


def _province_by_code() -> np.ndarray:
    """Province by the first five digits of a postal code; the ranges of counties come after those of provinces."""
    table = np.full(100_000, NOT_KNOWN, np.int16)
    for row in sorted(PostalRange.objects.all(), key=lambda row: bool(row.county_fa)):
        table[row.first : row.last + 1] = row.province_id
    return table
