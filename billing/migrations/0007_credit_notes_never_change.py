"""A credit note is never changed nor deleted, nor takes back more than its invoice: the database itself refuses it."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION billing_creditnote_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'billing_creditnote is immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER creditnote_immutable BEFORE UPDATE OR DELETE ON billing_creditnote
    FOR EACH STATEMENT EXECUTE FUNCTION billing_creditnote_is_immutable();
CREATE TRIGGER creditnote_no_truncate BEFORE TRUNCATE ON billing_creditnote
    FOR EACH STATEMENT EXECUTE FUNCTION billing_creditnote_is_immutable();

CREATE FUNCTION billing_creditnote_is_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoice invoice LEFT JOIN billing_creditnote note ON note.invoice_id = invoice.id
        WHERE invoice.id = NEW.invoice_id
        GROUP BY invoice.id
        HAVING COALESCE(sum(note.net), 0) + NEW.net > invoice.net OR COALESCE(sum(note.vat), 0) + NEW.vat > invoice.vat
    ) THEN
        RAISE EXCEPTION 'more than the invoice would be given back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER creditnote_within BEFORE INSERT ON billing_creditnote
    FOR EACH ROW EXECUTE FUNCTION billing_creditnote_is_within();
"""

BACKWARDS = """
DROP TRIGGER creditnote_within ON billing_creditnote;
DROP FUNCTION billing_creditnote_is_within();
DROP TRIGGER creditnote_no_truncate ON billing_creditnote;
DROP TRIGGER creditnote_immutable ON billing_creditnote;
DROP FUNCTION billing_creditnote_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_transfers_and_credit_notes")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
