"""Value-added tax. The rule for rounding: tax is rounded half up to a whole rial once, on the sum of the rows; where a
paid sum includes it, the net is rounded half up and the tax is the rest, so that the two always make the sum."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

from billing.models import VatRate


def vat_percent(on: date) -> Decimal:
    """The rate of a day: the newest row of the table that is valid by then, else settings.VAT_PERCENT."""
    row = VatRate.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    return row.percent if row else Decimal(settings.VAT_PERCENT)


def vat_of(net: int, percent: Decimal) -> int:
    """Rials of tax on ``net`` rials."""
    return _rounded(Decimal(net) * percent / 100)


def net_within(total: int, percent: Decimal) -> int:
    """The part of ``total`` rials that is not tax."""
    return _rounded(Decimal(total) * 100 / (100 + percent))


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
