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
    _fill_offers(apps, using)
    return True


# Types of numbers with example prices in rials; the staff set their own. The shorter, the dearer.
OFFERS = {
    ("1000", 8): 900_000_000, ("1000", 10): 120_000_000, ("1000", 14): 2_000_000,
    ("2000", 8): 700_000_000, ("2000", 10): 90_000_000, ("2000", 14): 1_500_000,
    ("3000", 8): 800_000_000, ("3000", 10): 100_000_000, ("3000", 12): 15_000_000, ("3000", 14): 1_500_000,
    ("5000", 10): 95_000_000, ("5000", 14): 1_500_000,
}  # fmt: skip


def _fill_offers(apps, using: str) -> None:
    try:
        offer_model = apps.get_model("numbers", "LineOffer")
    except LookupError:
        return
    if not offer_model.objects.using(using).exists():
        offer_model.objects.using(using).bulk_create(
            offer_model(prefix_family=family, length=length, price=price) for (family, length), price in OFFERS.items()
        )


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
