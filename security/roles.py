"""Roles, what each may do, and which of them one person may not hold together. Pure: no database, no accounts.

The three administrators (三员) exclude one another: whoever runs the system does not hand out rights, whoever hands out
rights does not operate, and whoever reads the log does nothing that stands in it. Together they can do less than one
superuser could, and there is none.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from core.i18n import N_


class Role(StrEnum):
    """What a person is in the office."""

    NETWORK_ADMIN = "network_admin"
    OPERATOR = "operator"
    SECURITY_OFFICER = "security_officer"
    SUBMITTER = "submitter"
    DEPARTMENT_APPROVER = "department_approver"
    MEDIA_OPERATOR = "media_operator"
    RECEIVER = "receiver"
    UNIT_ADMIN = "unit_admin"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        """The msgid of its name."""
        return ROLE_LABELS[self]


class Permission(StrEnum):
    """What a page, command or service asks for. A unit's own permissions reach that unit's objects and no others."""

    VIEW_MONITORING = "monitoring:view"
    VIEW_OWN_UNIT = "monitoring:view-own-unit"
    MARK_MAINTENANCE = "maintenance:mark"
    MANAGE_INVENTORY = "inventory:manage"
    KEEP_ROOMS = "room:keep"
    READ_CONFIGS = "config:read"
    RUN_BACKUP = "backup:run"
    VIEW_JOBS = "job:view"
    MANAGE_JOBS = "job:manage"
    SUBMIT_TRANSFER = "transfer:submit"
    APPROVE_DEPARTMENT = "transfer:approve-department"
    APPROVE_SECURITY = "transfer:approve-security"
    VIEW_TRANSFERS = "transfer:view"
    OPERATE_MEDIA = "transfer:operate-media"
    RELEASE_TRANSFER = "transfer:release"
    COLLECT_TRANSFER = "transfer:collect"
    READ_AUDIT = "audit:read"
    ASK_AUDIT_REMOVAL = "audit:ask-removal"
    CONFIRM_AUDIT_REMOVAL = "audit:confirm-removal"
    VIEW_ACCOUNTS = "account:view"
    MANAGE_ACCOUNTS = "account:manage"
    GRANT_ROLES = "role:grant"
    CONFIRM_GRANTS = "role:confirm"
    SEAL_EMERGENCY = "emergency:seal"
    MANAGE_CREDENTIALS = "credential:manage"
    CHECK_SYSTEM = "system:check"

    @property
    def label(self) -> str:
        """The msgid of its name."""
        return PERMISSION_LABELS[self]


THREE_ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)

_MAY: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.NETWORK_ADMIN: frozenset(
            {
                Permission.VIEW_MONITORING,
                Permission.MARK_MAINTENANCE,
                Permission.MANAGE_INVENTORY,
                Permission.KEEP_ROOMS,
                Permission.READ_CONFIGS,
                Permission.RUN_BACKUP,
                Permission.VIEW_JOBS,
            }
        ),
        Role.OPERATOR: frozenset(
            {
                Permission.VIEW_MONITORING,
                Permission.MARK_MAINTENANCE,
                Permission.KEEP_ROOMS,
                Permission.READ_CONFIGS,
                Permission.RUN_BACKUP,
                Permission.VIEW_JOBS,
                Permission.MANAGE_JOBS,
            }
        ),
        Role.SECURITY_OFFICER: frozenset(
            {
                Permission.VIEW_MONITORING,
                Permission.VIEW_TRANSFERS,
                Permission.APPROVE_SECURITY,
                Permission.RELEASE_TRANSFER,
            }
        ),
        Role.SUBMITTER: frozenset({Permission.SUBMIT_TRANSFER}),
        Role.DEPARTMENT_APPROVER: frozenset({Permission.APPROVE_DEPARTMENT}),
        Role.MEDIA_OPERATOR: frozenset({Permission.VIEW_TRANSFERS, Permission.OPERATE_MEDIA}),
        Role.RECEIVER: frozenset({Permission.COLLECT_TRANSFER}),
        Role.UNIT_ADMIN: frozenset({Permission.VIEW_OWN_UNIT}),
        Role.SYSTEM_ADMIN: frozenset(
            {
                Permission.VIEW_MONITORING,
                Permission.VIEW_JOBS,
                Permission.MANAGE_JOBS,
                Permission.VIEW_ACCOUNTS,
                Permission.MANAGE_ACCOUNTS,
                Permission.CONFIRM_GRANTS,
                Permission.SEAL_EMERGENCY,
                Permission.MANAGE_CREDENTIALS,
                Permission.CHECK_SYSTEM,
            }
        ),
        Role.SECURITY_ADMIN: frozenset(
            {
                Permission.VIEW_ACCOUNTS,
                Permission.GRANT_ROLES,
                Permission.CONFIRM_GRANTS,
                Permission.SEAL_EMERGENCY,
                Permission.ASK_AUDIT_REMOVAL,
                Permission.CHECK_SYSTEM,
            }
        ),
        Role.AUDIT_ADMIN: frozenset({Permission.READ_AUDIT, Permission.CONFIRM_AUDIT_REMOVAL}),
    }
)

# The security administrator may hold none of these besides.
_OPERATING = (Role.NETWORK_ADMIN, Role.OPERATOR, Role.MEDIA_OPERATOR)

_CONFLICTS = frozenset(
    [frozenset(pair) for pair in combinations(THREE_ADMINISTRATORS, 2)]
    + [frozenset({Role.SECURITY_ADMIN, role}) for role in _OPERATING]
    + [frozenset({Role.AUDIT_ADMIN, role}) for role in Role if role is not Role.AUDIT_ADMIN]
)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that the holder of these roles may do."""
    return frozenset().union(*(_MAY[role] for role in roles))


def conflict(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """The first two of these roles that one person may not hold together, None where there are none."""
    order = list(Role)
    for pair in combinations(sorted(set(roles), key=order.index), 2):
        if frozenset(pair) in _CONFLICTS:
            return pair
    return None


ROLE_LABELS: Mapping[Role, str] = MappingProxyType(
    {
        Role.NETWORK_ADMIN: N_("network administrator"),
        Role.OPERATOR: N_("operations staff"),
        Role.SECURITY_OFFICER: N_("security officer"),
        Role.SUBMITTER: N_("submitter"),
        Role.DEPARTMENT_APPROVER: N_("department approver"),
        Role.MEDIA_OPERATOR: N_("media operator"),
        Role.RECEIVER: N_("receiver"),
        Role.UNIT_ADMIN: N_("unit's network administrator"),
        Role.SYSTEM_ADMIN: N_("system administrator"),
        Role.SECURITY_ADMIN: N_("security administrator"),
        Role.AUDIT_ADMIN: N_("audit administrator"),
    }
)

PERMISSION_LABELS: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.VIEW_MONITORING: N_("view monitoring"),
        Permission.VIEW_OWN_UNIT: N_("view the own unit's devices and lines"),
        Permission.MARK_MAINTENANCE: N_("put on and take off maintenance marks"),
        Permission.MANAGE_INVENTORY: N_("maintain and import the ledger"),
        Permission.KEEP_ROOMS: N_("go round machine rooms and keep their entry register"),
        Permission.READ_CONFIGS: N_("read device configurations"),
        Permission.RUN_BACKUP: N_("back up configurations"),
        Permission.VIEW_JOBS: N_("view jobs"),
        Permission.MANAGE_JOBS: N_("cancel and retry jobs"),
        Permission.SUBMIT_TRANSFER: N_("submit transfers"),
        Permission.APPROVE_DEPARTMENT: N_("approve transfers for the department"),
        Permission.APPROVE_SECURITY: N_("approve transfers for security"),
        Permission.VIEW_TRANSFERS: N_("view the ferry ledger"),
        Permission.OPERATE_MEDIA: N_("export to and import from media"),
        Permission.RELEASE_TRANSFER: N_("release what has arrived"),
        Permission.COLLECT_TRANSFER: N_("collect what was released"),
        Permission.READ_AUDIT: N_("read the audit log"),
        Permission.ASK_AUDIT_REMOVAL: N_("ask for archived audit records to be removed"),
        Permission.CONFIRM_AUDIT_REMOVAL: N_("confirm the removal of archived audit records"),
        Permission.VIEW_ACCOUNTS: N_("view accounts"),
        Permission.MANAGE_ACCOUNTS: N_("manage accounts"),
        Permission.GRANT_ROLES: N_("propose grants of roles"),
        Permission.CONFIRM_GRANTS: N_("confirm grants that somebody else proposed"),
        Permission.SEAL_EMERGENCY: N_("seal and end emergency access"),
        Permission.MANAGE_CREDENTIALS: N_("manage credentials"),
        Permission.CHECK_SYSTEM: N_("check how the installation stands"),
    }
)
