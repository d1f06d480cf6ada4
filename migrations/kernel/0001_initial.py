from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from kernel.clock import now
from kernel.context import DataScope
from kernel.identity.models import IconType, MenuType
from kernel.models.base import audit_name
from kernel.schema.types import Gender, Status
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Api',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('route_key', fields.CharField(unique=True, max_length=200)),
                ('api_path', fields.CharField(max_length=300)),
                ('api_method', fields.CharField(max_length=10)),
                ('summary', fields.CharField(max_length=300)),
                ('tags', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('status_type', fields.CharEnumField(default=Status.ENABLED, description='ENABLED: 1\nDISABLED: 2', enum_type=Status, max_length=1)),
            ],
            options={'table': 'sys_api', 'app': 'kernel', 'pk_attr': 'id', 'table_description': 'Api'},
            bases=['AuditedModel'],
        ),
        ops.CreateModel(
            name='Menu',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('parent', fields.ForeignKeyField('kernel.Menu', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
                ('menu_type', fields.CharEnumField(description='CATALOG: 1\nMENU: 2', enum_type=MenuType, max_length=1)),
                ('menu_name', fields.CharField(max_length=100)),
                ('route_name', fields.CharField(unique=True, max_length=100)),
                ('route_path', fields.CharField(max_length=200)),
                ('path_param', fields.CharField(null=True, max_length=200)),
                ('component', fields.CharField(null=True, max_length=200)),
                ('icon', fields.CharField(null=True, max_length=100)),
                ('icon_type', fields.CharEnumField(default=IconType.ICONIFY, description='ICONIFY: 1\nLOCAL: 2', enum_type=IconType, max_length=1)),
                ('order', fields.IntField(default=0)),
                ('i18n_key', fields.CharField(null=True, max_length=100)),
                ('keep_alive', fields.BooleanField(default=False)),
                ('constant', fields.BooleanField(default=False)),
                ('href', fields.CharField(null=True, max_length=500)),
                ('hide_in_menu', fields.BooleanField(default=False)),
                ('active_menu', fields.CharField(null=True, max_length=100)),
                ('multi_tab', fields.BooleanField(default=False)),
                ('fixed_index_in_tab', fields.IntField(null=True)),
                ('query', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('redirect', fields.CharField(null=True, max_length=200)),
                ('props', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('status_type', fields.CharEnumField(default=Status.ENABLED, description='ENABLED: 1\nDISABLED: 2', enum_type=Status, max_length=1)),
            ],
            options={'table': 'sys_menu', 'app': 'kernel', 'indexes': [Index(fields=['parent_id'])], 'pk_attr': 'id', 'table_description': 'Menu'},
            bases=['Tree', 'AuditedModel'],
        ),
        ops.CreateModel(
            name='Button',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('button_code', fields.CharField(unique=True, max_length=100)),
                ('button_desc', fields.CharField(max_length=200)),
                ('menu', fields.ForeignKeyField('kernel.Menu', source_field='menu_id', db_constraint=True, to_field='id', related_name='buttons', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'sys_button', 'app': 'kernel', 'indexes': [Index(fields=['menu_id'])], 'pk_attr': 'id', 'table_description': 'Button'},
            bases=['AuditedModel'],
        ),
        ops.CreateModel(
            name='Role',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('role_name', fields.CharField(max_length=64)),
                ('role_code', fields.CharField(unique=True, max_length=64)),
                ('role_desc', fields.CharField(null=True, max_length=500)),
                ('data_scope', fields.CharEnumField(default=DataScope.SELF, description='SELF: self\nCUSTOM: custom\nSCOPE: scope\nALL: all', enum_type=DataScope, max_length=16)),
                ('status_type', fields.CharEnumField(default=Status.ENABLED, description='ENABLED: 1\nDISABLED: 2', enum_type=Status, max_length=1)),
                ('home', fields.ForeignKeyField('kernel.Menu', source_field='home_id', null=True, db_constraint=True, to_field='id', related_name='home_of', on_delete=OnDelete.SET_NULL)),
                ('menus', fields.ManyToManyField('kernel.Menu', unique=True, db_constraint=True, through='sys_role_menu', forward_key='menu_id', backward_key='role_id', related_name='roles', on_delete=OnDelete.CASCADE)),
                ('buttons', fields.ManyToManyField('kernel.Button', unique=True, db_constraint=True, through='sys_role_button', forward_key='button_id', backward_key='role_id', related_name='roles', on_delete=OnDelete.CASCADE)),
                ('apis', fields.ManyToManyField('kernel.Api', unique=True, db_constraint=True, through='sys_role_api', forward_key='api_id', backward_key='role_id', related_name='roles', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'sys_role', 'app': 'kernel', 'pk_attr': 'id', 'table_description': 'Role'},
            bases=['AuditedModel'],
        ),
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, default=audit_name, max_length=160)),
                ('user_name', fields.CharField(unique=True, max_length=64)),
                ('nick_name', fields.CharField(null=True, max_length=100)),
                ('user_gender', fields.CharEnumField(default=Gender.UNKNOWN, description='MALE: 1\nFEMALE: 2\nUNKNOWN: 3', enum_type=Gender, max_length=1)),
                ('user_phone', fields.CharField(null=True, unique=True, max_length=32)),
                ('user_email', fields.CharField(null=True, unique=True, max_length=254)),
                ('password_hash', fields.CharField(max_length=255)),
                ('must_change_password', fields.BooleanField(default=False)),
                ('status_type', fields.CharEnumField(default=Status.ENABLED, description='ENABLED: 1\nDISABLED: 2', enum_type=Status, max_length=1)),
                ('token_version', fields.IntField(default=0)),
                ('last_login', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('roles', fields.ManyToManyField('kernel.Role', unique=True, db_constraint=True, through='sys_user_role', forward_key='role_id', backward_key='user_id', related_name='users', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'sys_user', 'app': 'kernel', 'pk_attr': 'id', 'table_description': 'User'},
            bases=['AuditedModel'],
        ),
    ]
