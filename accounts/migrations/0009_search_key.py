"""The function by which names are compared when staff look for an account, and the right to change in a member's place.

Folded as common.text.folding.search_key folds: one form of each letter, no marks, the commonest Persian letters written
A–Z, which a folded text never holds (in a database of the locale C, pg_trgm sees letters in ASCII alone).
"""

from django.db import migrations

_DELETED = (
    "\u0640\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2066, 0x206A)))
    + "".join(map(chr, range(0x064B, 0x0660)))
    + "\u0670"
    + "".join(map(chr, range(0x0300, 0x0370)))
)
_FROM = "يىكەہھةایرندهموتبسشکلزفگخقعجحپچطص۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
_TO = "BBMFFFFABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890123456789"

FUNCTION = f"""
CREATE FUNCTION accounts_search_key(written text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN translate(lower(normalize(written, NFKD)), '{_FROM}{_DELETED}', '{_TO}');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_second_step_by_sms")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION accounts_search_key(text)"),
        migrations.AlterModelOptions(
            name="account",
            options={
                "ordering": ["id"],
                "permissions": [
                    ("impersonate", "Can look into accounts as a viewer"),
                    ("impersonate_as_member", "Can look into accounts as the member sees them"),
                    ("impersonate_and_change", "Can change things in accounts in a member's place"),
                ],
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
    ]
