"""Provinces, cities, districts, suburbs, guilds and postal ranges, from numberbank/data/ (see its README)."""

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
TEHRAN, KARAJ = "تهران", "کرج"


def fill_when_empty(apps, using: str = "default") -> bool:
    """Load the tables where there is no province yet; later changes stay. Returns whether it loaded them.

    Runs after every migrate and flush (post_migrate). Does nothing while the tables are not there.
    """
    try:
        models = {name: apps.get_model("numberbank", name) for name in _TABLES}
    except LookupError:
        return False
    if models["Province"].objects.using(using).exists():
        return False
    for name, rows in _TABLES.items():
        model = models[name]
        model.objects.using(using).bulk_create([model(**row) for row in rows()])
    return True


def _provinces():
    for row in _read("provinces"):
        yield {"id": int(row["sci_code"]), "iso": row["iso_3166_2"]} | _names(row)


def _cities():
    for row in _read("cities"):
        yield {"id": int(row["source_id"]), "province_id": int(row["province_code"])} | _names(row)


def _districts():
    for row in _read("tehran_districts"):
        number = int(row["district_no"])
        parts = {"part_fa": row["part_fa"], "part_en": row["part_en"]}
        names = {"name_fa": f"منطقه {number} تهران", "name_en": f"Tehran, district {number}"}
        yield {"id": number, "number": number, "city_id": city_id(TEHRAN)} | names | parts
    for row in _read("karaj_districts"):
        number = int(row["district_no"])
        names = {"name_fa": f"منطقه {number} کرج", "name_en": f"Karaj, district {number}"}
        yield {"id": 100 + number, "number": number, "city_id": city_id(KARAJ)} | names


def _neighbourhoods():
    for row in _read("tehran_neighbourhoods"):
        yield {"city_id": city_id(TEHRAN), "district_id": int(row["district_no"])} | _names(row)
    for row in _read("karaj_neighbourhoods"):
        district = 100 + int(row["district_no"]) if row["district_no"] else None
        yield {"city_id": city_id(KARAJ), "district_id": district} | _names(row)


def _suburbs():
    for place, row in enumerate(_read("tehran_suburbs"), start=1):
        names = {"name_fa": row["place_fa"], "name_en": row["place_en"]}
        yield {"id": place, "county_fa": row["county_fa"], "province_id": int(row["province_code"])} | names


def _guilds():
    """Groups come before their trades, so that a trade's group is there."""
    rows = sorted(_read("guilds"), key=lambda row: (len(row["code"]), row["code"]))
    for row in rows:
        group = int(row["parent_code"]) if row["parent_code"] else None
        yield {"id": int(row["code"]), "code": row["code"], "group_id": group} | _names(row)


def _postal_ranges():
    for row in _read("postal_ranges"):
        yield {
            "first": int(row["from5"]),
            "last": int(row["to5"]),
            "province_id": int(row["province_code"]),
            "county_fa": row["county_fa"],
        }


_TABLES = {
    "Province": _provinces,
    "City": _cities,
    "District": _districts,
    "Neighbourhood": _neighbourhoods,
    "Suburb": _suburbs,
    "Guild": _guilds,
    "PostalRange": _postal_ranges,
}


@cache
def city_id(name: str) -> int:
    """The id of a city by its Persian name, which must be unique in the table."""
    [found] = [int(row["source_id"]) for row in _read("cities") if row["name_fa"] == name]
    return found


def _names(row: dict[str, str]) -> dict[str, str]:
    return {"name_fa": row["name_fa"], "name_en": row["name_en"]}


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
