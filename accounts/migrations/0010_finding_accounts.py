from django.contrib.postgres.operations import AddIndexConcurrently
import accounts.models
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('accounts', '0009_search_key'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='account',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(accounts.models.SearchKey('name'), name='gin_trgm_ops'), name='account_name'),
        ),
        AddIndexConcurrently(
            model_name='account',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('email'), name='text_pattern_ops'), name='account_email'),
        ),
        AddIndexConcurrently(
            model_name='account',
            index=models.Index(condition=models.Q(('mobile', ''), _negated=True), fields=['mobile'], name='account_mobile'),
        ),
        AddIndexConcurrently(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(accounts.models.SearchKey('full_name'), name='gin_trgm_ops'), name='user_full_name'),
        ),
        AddIndexConcurrently(
            model_name='user',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('email'), name='text_pattern_ops'), name='user_email'),
        ),
        AddIndexConcurrently(
            model_name='user',
            index=models.Index(condition=models.Q(('mobile', ''), _negated=True), fields=['mobile'], name='user_mobile'),
        ),
        AddIndexConcurrently(
            model_name='user',
            index=models.Index(condition=models.Q(('national_id', ''), _negated=True), fields=['national_id'], name='user_national_id'),
        ),
    ]
