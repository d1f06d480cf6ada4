"""What tables are made of: keys, audit columns, soft delete, trees and data scope."""

from kernel.models.base import AuditedModel, Model
from kernel.models.joins import DeletedRowsLeak
from kernel.models.queryset import QuerySet
from kernel.models.scope import OutOfScope, Scoped
from kernel.models.soft_delete import SoftDelete
from kernel.models.tree import CycleError, DepthError, Tree, build_tree

__all__ = [
    "AuditedModel",
    "CycleError",
    "DeletedRowsLeak",
    "DepthError",
    "Model",
    "OutOfScope",
    "QuerySet",
    "Scoped",
    "SoftDelete",
    "Tree",
    "build_tree",
]
