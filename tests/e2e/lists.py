"""Files of numbers as customers have them: every way of writing, repeats and rubbish among them."""

from pathlib import Path

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PREFIXES = ("912", "935", "921")  # mci, irancell, rightel

WAYS = (
    lambda number: f"0{number}",
    lambda number: f"+98{number}",
    lambda number: f"0098{number}",
    lambda number: f"98{number}",
    lambda number: number,
    lambda number: f"0{number}".translate(PERSIAN),
    lambda number: f"+98{number}".translate(PERSIAN),
    lambda number: f"0{number}".translate(ARABIC),
    lambda number: f"0{number[:3]} {number[3:6]} {number[6:]}",
    lambda number: f"0{number[:3]}-{number[3:6]}-{number[6:]}",
)
RUBBISH = ("سارا احمدی", "0912", "021-88776655", "912345678901234", "info@example.ir", "+1 202 555 0143")


def subscribers(count: int, first: int = 3_451_000) -> list[str]:
    """Different national numbers of three operators, none with a fate agreed with the simulator (…0001 to …0017)."""
    return [f"{PREFIXES[place % 3]}{first // 10_000}{1000 + place:04}" for place in range(count)]


def mixed(numbers: list[str], *, repeats: int, rubbish: int) -> list[str]:
    """One line for each number, in turn in every way of writing; then the first ones again in another, then rubbish."""
    lines = [WAYS[place % len(WAYS)](number) for place, number in enumerate(numbers)]
    again = [WAYS[(place + 1) % len(WAYS)](number) for place, number in enumerate(numbers[:repeats])]
    return lines + again + [RUBBISH[place % len(RUBBISH)] for place in range(rubbish)]


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
