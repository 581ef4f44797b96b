from django.db import migrations

FORWARD = """
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_audit_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_is_append_only")]

    operations = [migrations.RunSQL(FORWARD, "DROP TRIGGER audit_no_truncate ON accounts_auditentry")]
