"""What several slices of notices answer with."""

from kernel import Schema


class NoticeCount(Schema):
    count: int
