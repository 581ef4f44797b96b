"""What was published is never changed: the database itself refuses it, whoever asks. Only one that has not begun yet
may be withdrawn."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION credit_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state = 'withdrawn' AND OLD.effective_from > now()
        AND (NEW.plan_id, NEW.number, NEW.effective_from, NEW.minimum_messages)
            IS NOT DISTINCT FROM (OLD.plan_id, OLD.number, OLD.effective_from, OLD.minimum_messages)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published tariff stays: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER tariffrevision_stays BEFORE UPDATE OR DELETE ON credit_tariffrevision
    FOR EACH ROW EXECUTE FUNCTION credit_revision_stays();

CREATE FUNCTION credit_price_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[] := ARRAY[]::bigint[];
BEGIN
    IF TG_OP <> 'INSERT' THEN touched := touched || OLD.revision_id; END IF;
    IF TG_OP <> 'DELETE' THEN touched := touched || NEW.revision_id; END IF;
    IF EXISTS (SELECT FROM credit_tariffrevision WHERE id = ANY(touched) AND state <> 'draft') THEN
        RAISE EXCEPTION 'prices of a published tariff stay: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tariff_stays BEFORE INSERT OR UPDATE OR DELETE ON credit_tariff
    FOR EACH ROW EXECUTE FUNCTION credit_price_stays();
"""

BACKWARDS = """
DROP TRIGGER tariff_stays ON credit_tariff;
DROP FUNCTION credit_price_stays();
DROP TRIGGER tariffrevision_stays ON credit_tariffrevision;
DROP FUNCTION credit_revision_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0004_prices_of_revisions")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
