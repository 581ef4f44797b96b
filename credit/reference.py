"""The price lists that a new installation starts with, so that it can send. The figures are examples: the staff set
their own in the panel."""

from datetime import UTC, datetime

SINCE_EVER = datetime(2020, 1, 1, tzinfo=UTC)

# name, tier, per cent of the rows below, messages from which a purchase is priced by it
PLANS = [("پایه", 0, 100, 0), ("نقره‌ای", 1, 95, 50_000), ("طلایی", 2, 90, 500_000)]

# (line kind, prefix family): rials for a part in Persian, in Latin, and whether undelivered messages are returned.
# A Latin part costs about 2.4 times a Persian one, except from fixed lines; the 2000 family returns the undelivered.
ROWS = {
    ("advertising", ""): (1_500, 3_600, False),
    ("advertising", "2000"): (1_600, 3_840, True),
    ("advertising", "021"): (1_700, 1_700, False),
    ("service", ""): (1_800, 4_320, False),
    ("service", "2000"): (1_900, 4_560, True),
    ("service", "021"): (2_000, 2_000, False),
    ("shared", ""): (2_200, 5_280, False),
}


def fill_when_empty(apps, using: str = "default") -> bool:
    """Add the plans where there is none yet, the first as the default one. Returns whether it added them.

    Runs after every migrate and flush, as numbers.reference does. Does nothing while the tables are not there.
    """
    try:
        plan_model, revision_model, tariff_model = (
            apps.get_model("credit", name) for name in ("TariffPlan", "TariffRevision", "Tariff")
        )
    except LookupError:
        return False
    if plan_model.objects.using(using).exists():
        return False
    for name, tier, per_cent, minimum in PLANS:
        plan = plan_model.objects.using(using).create(name=name, tier=tier, is_default=tier == 0)
        revision = revision_model.objects.using(using).create(plan=plan, number=1, minimum_messages=minimum)
        tariff_model.objects.using(using).bulk_create(
            tariff_model(
                revision=revision,
                line_kind=line_kind,
                prefix_family=family,
                language=language,
                price_per_part=price * per_cent // 100,
                refunds_undelivered=refunds,
            )
            for (line_kind, family), (persian, latin, refunds) in ROWS.items()
            for language, price in (("fa", persian), ("en", latin))
        )
        revision.state, revision.effective_from, revision.published_at = "published", SINCE_EVER, SINCE_EVER
        revision.save(using=using)
    return True
