import unicodedata
from collections import defaultdict

from tortoise import fields, migrations
from tortoise.exceptions import ValidationError
from tortoise.migrations import operations as ops


async def fill(apps, editor):
    User = apps.get_model("kernel.User")
    alike = defaultdict(list)
    for user in await User.all().using_db(editor.client).order_by("id").only("id", "user_name"):
        alike[unicodedata.normalize("NFKC", user.user_name).casefold()].append(user)
    if taken := [users for users in alike.values() if len(users) > 1]:
        found = "; ".join(", ".join(f"{user.user_name} (id {user.id})" for user in users) for users in taken)
        raise ValidationError(
            f"users whose names differ in case only: {found}. Rename all but one of each in sys_user, and migrate again"
        )
    for key, (user,) in alike.items():
        await User.filter(id=user.id).using_db(editor.client).update(user_name_key=key)


async def keep(apps, editor):
    pass


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_login_failures")]

    initial = False

    operations = [
        ops.AddField("User", "user_name_key", fields.CharField(max_length=255, db_default="")),
        ops.RunPython(fill, keep),
        ops.AlterField("User", "user_name_key", fields.CharField(max_length=255, unique=True, db_default="")),
    ]
