"""The numbers by which Iran knows persons and companies: their check digits."""

_LEGAL_WEIGHTS = (29, 27, 23, 19, 17) * 2


def is_national_id(text: str) -> bool:
    """Whether ``text`` is ten Latin digits with the right check digit (کد ملی); not one digit ten times."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()) or len(set(text)) == 1:
        return False
    digits = [int(character) for character in text]
    rest = sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return digits[9] == (rest if rest < 2 else 11 - rest)


def is_legal_id(text: str) -> bool:
    """Whether ``text`` is eleven Latin digits with the right check digit (شناسه ملی اشخاص حقوقی)."""
    if len(text) != 11 or not (text.isascii() and text.isdigit()) or len(set(text)) == 1:
        return False
    digits = [int(character) for character in text]
    added = digits[9] + 2
    weighed = sum((digit + added) * weight for digit, weight in zip(digits[:10], _LEGAL_WEIGHTS, strict=True))
    return weighed % 11 % 10 == digits[10]
