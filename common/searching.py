"""A column in which texts are searched whatever their letters' forms (4.3, 6.4)."""

from django.db import models

from common.text import search_key


class SearchKeyField(models.TextField):
    """``common.text.search_key`` of the field named ``of``, kept whenever a row is saved or created in bulk.

    An ``update()`` of that field does not keep it: save the row instead.
    """

    def __init__(self, *args, of: str, **options) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False, "default": "", **options})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of}

    def pre_save(self, instance: models.Model, add: bool) -> str:
        key = search_key(getattr(instance, self.of) or "")
        setattr(instance, self.attname, key)
        return key
