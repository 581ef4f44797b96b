"""The ways of targeting the number bank (3.1 – 3.5): each a page that asks for something else first."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from numberbank.models import Dimension

SECTIONS = ("districts", "suburbs", "guilds", "prefixes", "genders", "cities", "postal")


@dataclass(frozen=True, slots=True)
class Mode:
    """``main`` are the sections shown open; of each tuple in ``needs`` one field must be filled."""

    slug: str
    label: Promise
    heading: Promise
    main: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    missing: Promise
    family: str
    carrying: Dimension = Dimension.PREFIX

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(section for section in SECTIONS if section not in self.main)

    @property
    def url(self) -> str:
        return reverse(f"messaging:bulk_{self.slug}")


_REGIONAL = _("Choose at least one district.")
_PREFIX = _("Choose at least one prefix.")
_OPERATOR = _("Bulk send to an operator's subscribers")
_POSTAL = _("Bulk send by city or postal code")

_ALL = (
    Mode(
        "regional",
        _("Districts"),
        _("Regional bulk send"),
        ("districts",),
        (("districts",),),
        _REGIONAL,
        "regional",
    ),
    Mode(
        "suburbs",
        _("Suburbs"),
        _("Bulk send to suburbs"),
        ("suburbs",),
        (("suburbs",),),
        _("Choose at least one suburb."),
        "suburbs",
    ),
    Mode(
        "guilds",
        _("Guilds"),
        _("Bulk send to guilds"),
        ("guilds",),
        (("guilds",),),
        _("Choose at least one guild."),
        "guilds",
    ),
    Mode("operator", _("By prefix"), _OPERATOR, ("prefixes",), (("prefixes",),), _PREFIX, "operator"),
    Mode(
        "operator_gender",
        _("By gender"),
        _OPERATOR,
        ("prefixes", "genders"),
        (("prefixes",), ("genders",)),
        _("Choose at least one prefix, and women or men."),
        "operator",
        Dimension.PREFIX_WITH_GENDER,
    ),
    Mode(
        "operator_region",
        _("By region"),
        _OPERATOR,
        ("prefixes", "districts", "suburbs"),
        (("prefixes",), ("districts", "suburbs")),
        _("Choose at least one prefix, and a district or a suburb."),
        "operator",
        Dimension.PREFIX_WITH_REGION,
    ),
    Mode(
        "city",
        _("Province and city"),
        _POSTAL,
        ("cities",),
        (("provinces", "cities"),),
        _("Choose at least one province or city."),
        "postal",
    ),
    Mode(
        "postal",
        _("Postal code"),
        _POSTAL,
        ("postal",),
        (("postal",),),
        _("Write at least one postal code."),
        "postal",
    ),
)
MODES = {mode.slug: mode for mode in _ALL}


def family_of(mode: Mode) -> list[Mode]:
    """The modes that share a page's tabs."""
    return [other for other in _ALL if other.family == mode.family]
