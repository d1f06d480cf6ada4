from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('kernel', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Department',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('deleted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('name', fields.CharField(max_length=100)),
                ('code', fields.CharField(max_length=50)),
                ('description', fields.CharField(null=True, max_length=500)),
                ('order', fields.IntField(default=0)),
                ('status', fields.CharField(default='1', max_length=1)),
                ('parent', fields.ForeignKeyField('hr.Department', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='children', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'hr_department', 'app': 'hr', 'constraints': [UniqueConstraint(fields=('code',), name='uid_hr_department_code', condition='deleted_at IS NULL')], 'indexes': [Index(fields=['parent_id'])], 'pk_attr': 'id', 'table_description': 'Department'},
            bases=['Tree', 'SoftDelete', 'AuditedModel'],
        ),
        ops.CreateModel(
            name='Tag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('name', fields.CharField(unique=True, max_length=50)),
                ('category', fields.CharField(max_length=50)),
                ('description', fields.CharField(null=True, max_length=500)),
            ],
            options={'table': 'hr_tag', 'app': 'hr', 'pk_attr': 'id', 'table_description': 'Tag'},
            bases=['AuditedModel'],
        ),
        ops.CreateModel(
            name='Employee',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('deleted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('employee_no', fields.CharField(null=True, unique=True, max_length=20)),
                ('name', fields.CharField(max_length=100)),
                ('email', fields.CharField(null=True, max_length=254)),
                ('phone', fields.CharField(null=True, max_length=32)),
                ('position', fields.CharField(null=True, max_length=100)),
                ('status', fields.CharField(default='probation', db_index=True, max_length=16)),
                ('user', fields.OneToOneField('kernel.User', source_field='user_id', null=True, db_constraint=True, to_field='id', related_name='employee', on_delete=OnDelete.RESTRICT)),
                ('department', fields.ForeignKeyField('hr.Department', source_field='department_id', db_constraint=True, to_field='id', related_name='employees', on_delete=OnDelete.RESTRICT)),
                ('tags', fields.ManyToManyField('hr.Tag', unique=True, db_constraint=True, through='hr_employee_tag', forward_key='tag_id', backward_key='employee_id', related_name='employees', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'hr_employee', 'app': 'hr', 'indexes': [Index(fields=['department_id'])], 'pk_attr': 'id', 'table_description': 'Employee'},
            bases=['Scoped', 'SoftDelete', 'AuditedModel'],
        ),
    ]
