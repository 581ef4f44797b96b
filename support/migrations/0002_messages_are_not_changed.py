"""What was written in a ticket stays as it was written: the database refuses to change, delete or empty it (SUP-1.2)."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION support_messages_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ticket_entry_stays BEFORE UPDATE OR DELETE ON support_entry
    FOR EACH ROW EXECUTE FUNCTION support_messages_stay();
CREATE TRIGGER ticket_entry_no_truncate BEFORE TRUNCATE ON support_entry
    FOR EACH STATEMENT EXECUTE FUNCTION support_messages_stay();
CREATE TRIGGER ticket_attachment_stays BEFORE UPDATE OR DELETE ON support_attachment
    FOR EACH ROW EXECUTE FUNCTION support_messages_stay();
CREATE TRIGGER ticket_attachment_no_truncate BEFORE TRUNCATE ON support_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION support_messages_stay();
"""

BACKWARDS = """
DROP TRIGGER ticket_attachment_no_truncate ON support_attachment;
DROP TRIGGER ticket_attachment_stays ON support_attachment;
DROP TRIGGER ticket_entry_no_truncate ON support_entry;
DROP TRIGGER ticket_entry_stays ON support_entry;
DROP FUNCTION support_messages_stay();
"""

# Public numbers have five digits from the first day.
FIRST_NUMBER = "ALTER TABLE support_ticket ALTER COLUMN id RESTART WITH 10001"


class Migration(migrations.Migration):
    dependencies = [("support", "0001_tickets")]
    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunSQL(FIRST_NUMBER, migrations.RunSQL.noop),
    ]
