"""The words by which contacts are found, kept by the database whoever writes the row, and the functions that make them.

One GIN index of lexemes, no extension: a word's beginning is found by prefix match in any locale (pg_trgm sees no
letters but ASCII where the database's locale is C), and as each lexeme begins with the account's id, a search reads
nothing of other accounts. Own fields add ``key=value``, so that filters by them use the same index.
"""

from django.db import migrations

_DELETED = (
    "\u0640\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2066, 0x206A)))
    + "".join(map(chr, range(0x0610, 0x061B)))
    + "".join(map(chr, range(0x064B, 0x0660)))
    + "\u0670"
    + "".join(map(chr, range(0x06D6, 0x06DD)))
    + "".join(map(chr, range(0x0300, 0x0370)))
)
_FROM = "يىكەہھة۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
_TO = "ییکهههه01234567890123456789"
_BREAKS = r"[[:space:]\-_.,،؛:;/\\()@+*&=\[\]{}<>|~^%$\"''`«»!؟?#]+"

FUNCTIONS = f"""
CREATE FUNCTION phonebook_fold(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(lower(normalize(written, NFKD)), '{_FROM}{_DELETED}', '{_TO}')
$$;
CREATE FUNCTION phonebook_words(written text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(word, 60) FROM regexp_split_to_table(phonebook_fold(written), '{_BREAKS}') word WHERE word <> ''
$$;
CREATE FUNCTION phonebook_terms(account bigint, msisdn bigint, first_name text, last_name text, own jsonb)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    national text := substr(msisdn::text, 3);
    written text := first_name || ' ' || last_name;
    terms text[] := ARRAY[account || ':@' || national, account || ':#' || reverse(national)];
BEGIN
    IF own <> '{{}}'::jsonb THEN
        SELECT written || ' ' || string_agg(value, ' '),
               terms || array_agg(account || ':' || key || '=' || left(phonebook_fold(translate(value, '\\', '/')), 100))
          INTO written, terms FROM jsonb_each_text(own);
    END IF;
    RETURN array_to_tsvector(terms || ARRAY(SELECT account || ':' || word FROM phonebook_words(written) word));
END $$;
CREATE FUNCTION phonebook_query(account bigint, written text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg('''' || account || ':' || word || ''':*', ' & '), '''' || account || '! ''')::tsquery
      FROM phonebook_words(written) word
$$;
CREATE FUNCTION phonebook_value(account bigint, key text, kept text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT
PARALLEL SAFE AS $$
    SELECT (quote_literal(account || ':' || key || '=' || left(phonebook_fold(translate(kept, '\\', '/')), 100)))::tsquery
$$;
"""

DROPPED = """
DROP FUNCTION phonebook_value(bigint, text, text);
DROP FUNCTION phonebook_query(bigint, text);
DROP FUNCTION phonebook_terms(bigint, bigint, text, text, jsonb);
DROP FUNCTION phonebook_words(text);
DROP FUNCTION phonebook_fold(text);
"""

COLUMN = """
ALTER TABLE phonebook_contact ADD COLUMN search tsvector NOT NULL
    GENERATED ALWAYS AS (phonebook_terms(account_id, msisdn, first_name, last_name, "values")) STORED;
CREATE INDEX contact_search ON phonebook_contact USING gin (search) WITH (fastupdate = on);
"""


class Migration(migrations.Migration):
    dependencies = [("phonebook", "0002_own_fields")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROPPED),
        migrations.RunSQL(COLUMN, "ALTER TABLE phonebook_contact DROP COLUMN search"),
    ]
