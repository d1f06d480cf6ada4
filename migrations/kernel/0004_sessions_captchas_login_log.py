from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('kernel', '0003_user_name_key')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Captcha',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('phone_digest', fields.CharField(unique=True, max_length=64)),
                ('code_digest', fields.CharField(null=True, max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('tries', fields.IntField(default=0)),
                ('sent_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('day_began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_that_day', fields.IntField(default=0)),
            ],
            options={'table': 'sys_captcha', 'app': 'kernel', 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='Declared',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('name', fields.CharField(max_length=200)),
            ],
            options={'table': 'sys_declared', 'app': 'kernel', 'unique_together': (('kind', 'name'),), 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='GrantsVersion',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('version', fields.BigIntField(default=0)),
            ],
            options={'table': 'sys_grants_version', 'app': 'kernel', 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='LoginLog',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('event', fields.CharField(max_length=32)),
                ('code', fields.CharField(max_length=4)),
                ('user_id', fields.BigIntField(null=True, db_index=True)),
                ('user_name', fields.CharField(null=True, max_length=64)),
                ('by_user_name', fields.CharField(null=True, max_length=64)),
                ('address', fields.CharField(null=True, max_length=64)),
                ('agent', fields.CharField(null=True, max_length=300)),
                ('request_id', fields.CharField(null=True, max_length=64)),
                ('detail', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'sys_login_log', 'app': 'kernel', 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='RoleScope',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('role', fields.ForeignKeyField('kernel.Role', source_field='role_id', db_constraint=True, to_field='id', related_name='scope_rows', on_delete=OnDelete.CASCADE)),
                ('subject', fields.CharField(max_length=64)),
                ('row_id', fields.BigIntField()),
            ],
            options={'table': 'sys_role_scope', 'app': 'kernel', 'unique_together': (('role_id', 'subject', 'row_id'),), 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('family', fields.CharField(unique=True, max_length=32)),
                ('user', fields.ForeignKeyField('kernel.User', source_field='user_id', db_constraint=True, to_field='id', related_name='sessions', on_delete=OnDelete.CASCADE)),
                ('impersonator', fields.ForeignKeyField('kernel.User', source_field='impersonator_id', null=True, db_constraint=True, to_field='id', related_name='impersonations', on_delete=OnDelete.CASCADE)),
                ('address', fields.CharField(null=True, max_length=64)),
                ('agent', fields.CharField(null=True, max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_seen', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('generation', fields.IntField(default=0)),
                ('rotated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end_reason', fields.CharField(null=True, max_length=32)),
            ],
            options={'table': 'sys_session', 'app': 'kernel', 'indexes': [Index(fields=['user_id', 'address']), Index(fields=['impersonator_id'])], 'pk_attr': 'id'},
        ),
    ]
