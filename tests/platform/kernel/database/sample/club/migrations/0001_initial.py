from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Tag",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=20)),
            ],
            options={"table": "club_tag", "app": "club", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Team",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=20)),
            ],
            options={
                "table": "club_team",
                "app": "club",
                "pk_attr": "id",
                "table_description": "Teams; a semicolon in a table's comment must not end its statement.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=40)),
                ("email", fields.CharField(db_index=True, max_length=80)),
                ("number", fields.IntField()),
                ("nickname", fields.CharField(null=True, db_index=True, max_length=40)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "club.Team",
                        source_field="team_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "mentor",
                    fields.ForeignKeyField(
                        "club.Person",
                        source_field="mentor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "tags",
                    fields.ManyToManyField(
                        "club.Tag",
                        unique=True,
                        db_constraint=True,
                        through="club_person_tag",
                        forward_key="tag_id",
                        backward_key="club_person_id",
                        related_name="club_persons",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "club_person",
                "app": "club",
                "unique_together": (("team", "number"),),
                "indexes": [Index(fields=["name", "number"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Desk",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("label", fields.CharField(max_length=20)),
                (
                    "person",
                    fields.OneToOneField(
                        "club.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "club_desk", "app": "club", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Note",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("text", fields.TextField(unique=False)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "club.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "club_note", "app": "club", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uid_club_email_alive ON club_person (email) WHERE deleted_at IS NULL",
            "DROP INDEX uid_club_email_alive",
        ),
    ]
