"""Fields that read lists of ids."""

from django import forms

LARGEST_ID = 2**63 - 1


class IdsField(forms.Field):
    """The ids of a list's chosen rows, repeats dropped; what is no id is dropped too, since nobody types them."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: list[str] | None) -> list[int]:
        ids = dict.fromkeys(int(one) for one in value or [] if one.isascii() and one.isdecimal())
        return [one for one in ids if one <= LARGEST_ID]
