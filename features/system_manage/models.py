"""The one table of this module's own: lists that forms choose from."""

from tortoise import fields

from kernel import AuditedModel, Status


class Dictionary(AuditedModel):
    """One entry of a list such as `tag_category`: what is stored (`value`), and how it is shown (`label`)."""

    id_kind = "dictionary"

    dict_type = fields.CharField(max_length=50)
    label = fields.CharField(max_length=100)
    value = fields.CharField(max_length=100)
    order = fields.IntField(default=0)
    status = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)
    remark = fields.CharField(max_length=500, null=True)

    class Meta:
        table = "system_manage_dictionary"
        unique_together = (("dict_type", "value"),)
