"""An invoice is never changed nor deleted: the database itself refuses it, whoever asks."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION billing_invoice_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'billing_invoice is immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER invoice_immutable BEFORE UPDATE OR DELETE ON billing_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION billing_invoice_is_immutable();
CREATE TRIGGER invoice_no_truncate BEFORE TRUNCATE ON billing_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION billing_invoice_is_immutable();
"""

BACKWARDS = """
DROP TRIGGER invoice_no_truncate ON billing_invoice;
DROP TRIGGER invoice_immutable ON billing_invoice;
DROP FUNCTION billing_invoice_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_selling")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
