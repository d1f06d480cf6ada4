"""The stable face of the kernel: what a feature module imports. `from kernel import ...`, nothing deeper."""

from kernel import clock
from kernel.auth.passwords import NewPassword, ensure_strong
from kernel.context import Actor, DataScope, current_actor, require_actor, set_actor
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.operator import OperatorError
from kernel.errors.refusals import InvalidInput, NotFound, Refusal, TransportRefusal
from kernel.identity.accounts import DEMO_PASSWORD, grant_role, open_account, revoke_role
from kernel.ids import Int16, Int32, Int64, ParentId, SqidId, SqidPath
from kernel.ids import encode as public_id
from kernel.models.base import AuditedModel, Model
from kernel.models.scope import Scoped
from kernel.models.soft_delete import SoftDelete
from kernel.models.tree import CycleError, DepthError, Tree, build_tree
from kernel.models.unique import refuse_duplicates
from kernel.rbac.authorize import Access, all_of, any_of
from kernel.rbac.declarations import Declarations, MenuEntry, RoleEntry
from kernel.redis import redis
from kernel.schema.base import Schema, omittable
from kernel.schema.envelope import Success
from kernel.schema.records import AuditedRecord, BatchDeleted, BatchDeleteRequest, Created, Deleted, Updated
from kernel.schema.types import (
    BlankIsNone,
    Email,
    Gender,
    LongText,
    Millis,
    NullIsDefault,
    Phone,
    ShortText,
    Status,
    UserName,
)
from kernel.search.page import Page, paginate
from kernel.search.projection import Source, SourceList, fetch_all, fetch_one
from kernel.search.request import (
    AtLeast,
    AtMost,
    Contains,
    CreatedBetween,
    Exact,
    Filter,
    OneOf,
    SearchRequest,
    StartsWith,
)
from kernel.settings import ModuleSettings, settings
from kernel.slices.decorators import slice_router
from kernel.slices.discovery import Module
from kernel.unit_of_work.background import defer
from kernel.unit_of_work.events import emit, on
from kernel.unit_of_work.transaction import connection_of, transaction
from kernel.web.health import check_readiness

PUBLIC, SIGNED_IN, SUPER_ADMIN = Access.PUBLIC, Access.SIGNED_IN, Access.SUPER_ADMIN
