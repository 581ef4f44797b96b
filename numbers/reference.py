"""The operators and prefixes that a new installation starts with, from numbers/data/ (see its README)."""

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def fill_when_empty(apps, using: str = "default") -> bool:
    """Load the tables where there is no operator yet; staff's later changes stay. Returns whether it loaded them.

    Runs after every migrate and flush (post_migrate), as Django's own permissions do, so that a database is never
    without them. Does nothing while the tables are not there.
    """
    try:
        operator_model, prefix_model = apps.get_model("numbers", "Operator"), apps.get_model("numbers", "Prefix")
    except LookupError:
        return False
    if operator_model.objects.using(using).exists():
        return False
    rows = _read("operators.csv")
    operators = {
        row["code"]: operator_model(code=row["code"], name_fa=row["name_fa"], name_en=row["name_en"]) for row in rows
    }
    operator_model.objects.using(using).bulk_create(operators.values())
    guests = [row for row in rows if row["host"]]
    for row in guests:
        operators[row["code"]].host = operators[row["host"]]
    operator_model.objects.using(using).bulk_update([operators[row["code"]] for row in guests], ["host"])
    prefix_model.objects.using(using).bulk_create(
        prefix_model(
            prefix=row["prefix"],
            operator=operators[row["operator"]],
            sim_type=row["sim_type"],
            area_fa=row["area_fa"],
            area_en=row["area_en"],
            accepts_bulk=row["accepts_bulk"] == "1",
        )
        for row in _read("prefixes.csv")
    )
    return True


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
