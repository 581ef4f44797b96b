"""Keys by which names stand in the order of the Persian alphabet, kept by the database whoever writes the row.

No collation: the PostgreSQL that the launcher brings knows no ICU, and a key compares the same in every installation.
Digits come first, then Persian letters, then Latin ones; marks, case, half-spaces and the Arabic twins of letters make
no difference, and who has no name comes last.
"""

from importlib import import_module

from django.db import migrations, models

words = import_module("phonebook.migrations.0003_contact_search")

_ALPHABET = "ءآابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_CODES = "".join(chr(ord("?") + place) for place in range(len(_ALPHABET)))  # ? … `, between the digits and a…z
_FIRST = "آ"  # folding would make it ا
_LEFT_OUT = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~،؛؟«»"

FUNCTION = f"""
CREATE FUNCTION phonebook_name_key(former text, latter text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(nullif(trim(translate(translate(lower(normalize(
        translate(normalize(former || ' ' || latter, NFC), '{_FIRST}{_LEFT_OUT}', '{_CODES[1]}'),
    NFKD)), '{words._FROM}{words._DELETED}', '{words._TO}'), '{_ALPHABET}', '{_CODES}')), ''), chr(1114111))
$$;
"""


def _field(*names: str) -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True,
        expression=models.Func(*names, function="phonebook_name_key"),
        output_field=models.TextField(db_collation="C"),
    )


class Migration(migrations.Migration):
    dependencies = [("phonebook", "0006_bulk_changes")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION phonebook_name_key(text, text)"),
        migrations.RemoveIndex(model_name="contact", name="contact_by_name"),
        migrations.AddField(model_name="contact", name="name_key", field=_field("first_name", "last_name")),
        migrations.AddField(model_name="contact", name="last_name_key", field=_field("last_name", "first_name")),
        migrations.AlterModelOptions(
            name="contact",
            options={"ordering": ["last_name_key", "id"], "verbose_name": "contact", "verbose_name_plural": "contacts"},
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["account", "name_key", "id"], name="contact_by_name_key"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["account", "last_name_key", "id"], name="contact_by_last_name_key"),
        ),
    ]
