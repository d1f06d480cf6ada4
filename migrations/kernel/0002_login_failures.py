from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('kernel', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='LoginFailures',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name_digest', fields.CharField(unique=True, max_length=64)),
                ('failures', fields.IntField()),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sys_login_failures', 'app': 'kernel', 'pk_attr': 'id', 'table_description': 'LoginFailures'},
            bases=['Model'],
        ),
    ]
