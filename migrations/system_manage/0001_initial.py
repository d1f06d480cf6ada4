from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Dictionary',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('dict_type', fields.CharField(max_length=50)),
                ('label', fields.CharField(max_length=100)),
                ('value', fields.CharField(max_length=100)),
                ('order', fields.IntField(default=0)),
                ('status', fields.CharField(default='1', max_length=1)),
                ('remark', fields.CharField(null=True, max_length=500)),
            ],
            options={'table': 'system_manage_dictionary', 'app': 'system_manage', 'unique_together': (('dict_type', 'value'),), 'pk_attr': 'id'},
        ),
    ]
