"""Event names, `area:subject:action`: the same in the audit log, in webhooks and in tests."""

from enum import StrEnum


class Event(StrEnum):
    # system
    SYSTEM_INITIALISED = "system:installation:initialise"
    SYSTEM_STARTED = "system:process:start"
    SYSTEM_STOPPED = "system:process:stop"
    # accounts and sessions
    SETUP_TOKEN_ISSUED = "security:setup:issue-token"  # noqa: S105  # an event name
    SETUP_COMPLETED = "security:setup:complete"
    ACCOUNT_CREATED = "security:account:create"
    ACCOUNT_DISABLED = "security:account:disable"
    ACCOUNT_ENABLED = "security:account:enable"
    PASSWORD_CHANGED = "security:password:change"  # noqa: S105  # an event name
    ROLE_GRANTED = "security:role:grant"
    ROLE_REVOKED = "security:role:revoke"
    LOGIN_SUCCEEDED = "security:session:login"
    LOGIN_FAILED = "security:session:refuse"
    LOGIN_LOCKED = "security:session:lock"
    LOGGED_OUT = "security:session:logout"
    SESSION_ENDED = "security:session:end"
    ACCESS_DENIED = "security:access:deny"
    # the audit log itself
    AUDIT_KEY_CREATED = "audit:key:create"
    # vault
    CREDENTIAL_STORED = "security:credential:store"
    CREDENTIAL_DELETED = "security:credential:delete"
    CREDENTIAL_OPENED = "security:credential:open"
    # inventory
    INVENTORY_IMPORTED = "inventory:ledger:import"
    DEVICE_CREATED = "inventory:device:create"
    DEVICE_CHANGED = "inventory:device:change"
    MAINTENANCE_MARKED = "inventory:maintenance:mark"
    MAINTENANCE_UNMARKED = "inventory:maintenance:unmark"
    # automation
    BACKUP_REQUESTED = "automation:backup:request"
    BACKUP_STORED = "automation:backup:store"
    BACKUP_REFUSED = "automation:backup:refuse"
    CONFIG_READ = "automation:config:read"
    HOST_KEY_FORGOTTEN = "automation:host-key:forget"
    # jobs
    JOB_CANCELLED = "jobs:job:cancel"
    JOB_RETRIED = "jobs:job:retry"
    JOB_RESOLVED = "jobs:job:resolve"
    # ferry
    FERRY_LINK_CREATED = "ferry:link:create"
    FERRY_KEY_CREATED = "ferry:key:create"
    FERRY_PEER_PINNED = "ferry:peer:pin"
    TRANSFER_SUBMITTED = "ferry:transfer:submit"
    TRANSFER_INSPECTING = "ferry:transfer:inspect-start"
    TRANSFER_INSPECTED = "ferry:transfer:inspect"
    TRANSFER_BLOCKED = "ferry:transfer:block"
    TRANSFER_RETURNED_TO_INSPECTION = "ferry:transfer:reinspect"
    TRANSFER_APPROVED = "ferry:transfer:approve"
    TRANSFER_REJECTED = "ferry:transfer:reject"
    TRANSFER_READ = "ferry:transfer:read"
    TRANSFER_WITHDRAWN = "ferry:transfer:withdraw"
    TRANSFER_EXPIRED = "ferry:transfer:expire"
    TRANSFER_SEALING = "ferry:transfer:seal-start"
    TRANSFER_QUARANTINED = "ferry:transfer:quarantine"
    TRANSFER_SEALED = "ferry:transfer:seal"
    TRANSFER_HANDED_OFF = "ferry:transfer:hand-off"
    TRANSFER_RECEIPTED = "ferry:transfer:receipt"
    TRANSFER_UNCONFIRMED = "ferry:transfer:unconfirmed"
    TRANSFER_CLOSED = "ferry:transfer:close"
    BUNDLE_SEEN = "ferry:bundle:see"
    BUNDLE_ASSEMBLING = "ferry:bundle:assemble"
    BUNDLE_REFUSED = "ferry:bundle:refuse"
    BUNDLE_VERIFIED = "ferry:bundle:verify"
    BUNDLE_OPENED = "ferry:bundle:open"
    BUNDLE_REINSPECTING = "ferry:bundle:reinspect"
    BUNDLE_RELEASABLE = "ferry:bundle:pass"
    BUNDLE_HELD = "ferry:bundle:hold"
    BUNDLE_RELEASED = "ferry:bundle:release"
    BUNDLE_COLLECTED = "ferry:bundle:collect"
    BUNDLE_GAP = "ferry:bundle:gap"
