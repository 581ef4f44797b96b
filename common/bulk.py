"""Many new objects of one model by COPY, where Django's bulk_create takes most of the time."""

from collections.abc import Sequence
from functools import cache

from django.db import connection, models
from psycopg.types.json import Jsonb


def copy_in(objects: Sequence[models.Model]) -> None:
    """Append new objects of one model, every column as it stands on them (a field that makes its own value before a
    save makes it here too); a primary key that none of them has is left to the database. No signal is sent and nothing
    is read back. The caller's transaction."""
    if not objects:
        return
    model = type(objects[0])
    fields = [field for field in _fields(model) if not (field.primary_key and objects[0].pk is None)]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    names = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    for field in filter(_makes_its_value, fields):
        for item in objects:
            field.pre_save(item, add=True)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for item in objects:
            values = item.__dict__
            copy.write_row([Jsonb(values[name]) if is_json else values[name] for name, is_json in names])


def _makes_its_value(field: models.Field) -> bool:
    of_django = (models.Field.pre_save, models.DateField.pre_save, models.DateTimeField.pre_save)
    is_stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return is_stamped or type(field).pre_save not in of_django


@cache
def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """``count`` primary keys from the model's own sequence."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
        )
        return [row[0] for row in cursor]
