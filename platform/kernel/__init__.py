"""The stable face of the kernel: what a feature module imports. `from kernel import ...`, nothing deeper."""

from kernel import clock
from kernel.auth.passwords import NewPassword, ensure_strong
from kernel.codes import Code, ResponseCode
from kernel.context import Actor, DataScope, current_actor, require_actor, set_actor
from kernel.database.unit_of_work import connection_of, unit_of_work
from kernel.deferred import defer
from kernel.duplicates import refuse_duplicates
from kernel.envelope import Page, Success
from kernel.events import emit, on
from kernel.identity.accounts import DEMO_PASSWORD, grant_role, open_account, revoke_role
from kernel.ids import Int16, Int32, Int64, ParentId, SqidId, SqidPath
from kernel.ids import encode as public_id
from kernel.models import AuditedModel, CycleError, DepthError, Model, Scoped, SoftDelete, Tree, build_tree
from kernel.modules import Module
from kernel.operator_errors import OperatorError
from kernel.page import AtLeast, AtMost, Contains, CreatedBetween, Exact, Filter, OneOf, PageQuery, StartsWith
from kernel.rbac.declarations import Declarations, MenuEntry, RoleEntry
from kernel.rbac.door import Access, all_of, any_of
from kernel.readiness import check_readiness
from kernel.redis import redis
from kernel.refusal import InvalidInput, NotFound, Refusal, TransportRefusal
from kernel.schema import (
    AuditedRecord,
    BatchDeleted,
    BatchDeleteRequest,
    BlankIsNone,
    Created,
    Deleted,
    Email,
    Gender,
    Line,
    Millis,
    NullIsDefault,
    Phone,
    Schema,
    Status,
    Text,
    Updated,
    UserName,
    omittable,
)
from kernel.search import Column, Many, fetch, fetch_all, search
from kernel.settings import ModuleSettings, settings
from kernel.slices import slice_router

PUBLIC, SIGNED_IN, SUPER_ADMIN = Access.PUBLIC, Access.SIGNED_IN, Access.SUPER_ADMIN
