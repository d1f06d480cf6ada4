"""The public API of the kernel: what a feature module imports. `from kernel import ...`, nothing deeper."""

from kernel.answer_cache import cached, outdate
from kernel.auth.passwords import NewPassword
from kernel.clock import now
from kernel.context import Actor, DataScope, require_actor
from kernel.dictionaries import ensure_in_dictionary, keeps_dictionaries
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.operator import OperatorError
from kernel.errors.refusals import InvalidInput, NotFound, Refusal, TransportRefusal
from kernel.identity.accounts import (
    DEMO_PASSWORD,
    Account,
    account_exists,
    account_names,
    grant_role,
    open_account,
    revoke_role,
)
from kernel.ids import Int16, Int32, Int64, ParentId, PublicId, SqidId, SqidList, public_id
from kernel.models.base import AuditedModel, Model
from kernel.models.scope import Scoped
from kernel.models.soft_delete import SoftDelete
from kernel.models.state_machine import StateMachine
from kernel.models.tree import Tree, build_tree
from kernel.rbac.authorize import PUBLIC, SIGNED_IN, SUPER_ADMIN, all_of, any_of, require_button
from kernel.rbac.declarations import Declarations, MenuEntry, RoleEntry
from kernel.rbac.managing import disable_account, enable_account, update_account
from kernel.schema.base import Request, Schema
from kernel.schema.records import AuditedRecord, BatchDeleted, BatchDeleteRequest, Created, Deleted, Updated
from kernel.schema.types import (
    Amount,
    Date,
    Email,
    Gender,
    Line,
    LongText,
    Millis,
    Password,
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
    AuditedSearchRequest,
    Contains,
    ContainsPhone,
    Exact,
    Filter,
    OneOf,
    SearchRequest,
    StartsWith,
)
from kernel.settings import ModuleSettings
from kernel.slices.decorators import delete, get, patch, post, put
from kernel.slices.discovery import Feature, discover
from kernel.startup.sync_permissions import refresh_permissions
from kernel.unit_of_work.events import emit, event_id, on
from kernel.unit_of_work.retelling import Retold
from kernel.unit_of_work.transaction import transaction
from kernel.uploads import UploadField, discard_upload, stored_image
from kernel.web.health import check_readiness
