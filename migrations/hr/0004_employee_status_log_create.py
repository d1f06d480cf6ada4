from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('hr', '0003_employee_avatar'), ('kernel', '0004_sessions_captchas_login_log')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EmployeeStatusLog',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('employee', fields.ForeignKeyField('hr.Employee', source_field='employee_id', db_constraint=True, to_field='id', related_name='status_logs', on_delete=OnDelete.RESTRICT)),
                ('from_status', fields.CharField(null=True, max_length=16)),
                ('to_status', fields.CharField(max_length=16)),
                ('remark', fields.CharField(null=True, max_length=500)),
            ],
            options={'table': 'hr_employee_status_log', 'app': 'hr', 'indexes': [Index(fields=['employee_id'])], 'pk_attr': 'id'},
        ),
    ]
