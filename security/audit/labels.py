"""What the log's events and findings are called in front of people; msgids, to be translated by the edge."""

from collections.abc import Mapping
from types import MappingProxyType

from core.events import Event
from core.i18n import N_
from security.audit.verification import Breach

_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        Event.SYSTEM_INITIALISED: N_("installation prepared"),
        Event.SYSTEM_STARTED: N_("program started"),
        Event.SYSTEM_STOPPED: N_("program stopped"),
        Event.SETUP_TOKEN_ISSUED: N_("set-up token issued"),
        Event.SETUP_COMPLETED: N_("first set-up completed"),
        Event.ACCOUNT_CREATED: N_("account created"),
        Event.ACCOUNT_DISABLED: N_("account disabled"),
        Event.ACCOUNT_ENABLED: N_("account enabled"),
        Event.PASSWORD_CHANGED: N_("password changed"),
        Event.ROLE_GRANTED: N_("role granted"),
        Event.ROLE_REVOKED: N_("role revoked"),
        Event.LOGIN_SUCCEEDED: N_("logged in"),
        Event.LOGIN_FAILED: N_("log-in refused"),
        Event.LOGIN_LOCKED: N_("log-in locked"),
        Event.LOGGED_OUT: N_("logged out"),
        Event.SESSION_ENDED: N_("session ended"),
        Event.SESSION_REFUSED: N_("session refused at this address"),
        Event.PASSWORD_ACCEPTED: N_("password accepted, second step due"),
        Event.ADDRESSES_CHANGED: N_("allowed addresses changed"),
        Event.FACTOR_ENROLLED: N_("second factor set up"),
        Event.FACTOR_PROVED: N_("second factor proved again"),
        Event.FACTOR_REMOVED: N_("second factor removed"),
        Event.FACTORS_RESET: N_("all second factors removed"),
        Event.RECOVERY_CODES_ISSUED: N_("recovery codes issued"),
        Event.ACCESS_DENIED: N_("access denied"),
        Event.CREDENTIAL_STORED: N_("credential stored"),
        Event.CREDENTIAL_DELETED: N_("credential deleted"),
        Event.CREDENTIAL_OPENED: N_("credential used"),
        Event.INVENTORY_IMPORTED: N_("ledger imported"),
        Event.DEVICE_CREATED: N_("device added"),
        Event.DEVICE_CHANGED: N_("device changed"),
        Event.MAINTENANCE_MARKED: N_("maintenance mark put on"),
        Event.MAINTENANCE_UNMARKED: N_("maintenance mark taken off"),
        Event.BACKUP_REQUESTED: N_("configuration backup requested"),
        Event.BACKUP_STORED: N_("configuration backup stored"),
        Event.BACKUP_REFUSED: N_("configuration backup refused"),
        Event.CONFIG_READ: N_("configuration read"),
        Event.HOST_KEY_FORGOTTEN: N_("SSH host key forgotten"),
        Event.JOB_CANCELLED: N_("job cancelled"),
        Event.JOB_RETRIED: N_("job retried"),
        Event.JOB_RESOLVED: N_("job resolved by hand"),
        Event.FERRY_LINK_CREATED: N_("ferry link created"),
        Event.FERRY_KEY_CREATED: N_("ferry key created"),
        Event.FERRY_PEER_PINNED: N_("ferry peer pinned"),
        Event.TRANSFER_SUBMITTED: N_("transfer submitted"),
        Event.TRANSFER_INSPECTING: N_("transfer being inspected"),
        Event.TRANSFER_INSPECTED: N_("transfer inspected"),
        Event.TRANSFER_BLOCKED: N_("transfer blocked"),
        Event.TRANSFER_RETURNED_TO_INSPECTION: N_("transfer sent back to inspection"),
        Event.TRANSFER_APPROVED: N_("transfer approved"),
        Event.TRANSFER_REJECTED: N_("transfer rejected"),
        Event.TRANSFER_READ: N_("file of a transfer read"),
        Event.TRANSFER_WITHDRAWN: N_("transfer withdrawn"),
        Event.TRANSFER_EXPIRED: N_("transfer expired"),
        Event.TRANSFER_SEALING: N_("transfer being sealed"),
        Event.TRANSFER_SEALED: N_("transfer sealed"),
        Event.TRANSFER_QUARANTINED: N_("transfer quarantined"),
        Event.TRANSFER_HANDED_OFF: N_("transfer handed off"),
        Event.TRANSFER_UNCONFIRMED: N_("transfer without receipt"),
        Event.TRANSFER_RECEIPTED: N_("transfer receipted"),
        Event.TRANSFER_CLOSED: N_("transfer closed"),
        Event.BUNDLE_SEEN: N_("bundle seen"),
        Event.BUNDLE_ASSEMBLING: N_("bundle being copied"),
        Event.BUNDLE_REFUSED: N_("bundle refused"),
        Event.BUNDLE_VERIFIED: N_("bundle verified"),
        Event.BUNDLE_OPENED: N_("bundle opened"),
        Event.BUNDLE_REINSPECTING: N_("bundle being inspected again"),
        Event.BUNDLE_RELEASABLE: N_("bundle passed inspection"),
        Event.BUNDLE_HELD: N_("bundle held"),
        Event.BUNDLE_RELEASED: N_("bundle released"),
        Event.BUNDLE_COLLECTED: N_("bundle collected"),
        Event.BUNDLE_GAP: N_("bundle missing from the sequence"),
    }
)

BREACHES: Mapping[Breach, str] = MappingProxyType(
    {
        Breach.MISSING: N_("a record is missing"),
        Breach.ALTERED: N_("its content was altered"),
        Breach.UNLINKED: N_("it does not follow the record before it"),
        Breach.UNREADABLE: N_("the database cannot read it"),
        Breach.HEAD: N_("the log does not end where it should"),
    }
)


def event_label(event: str) -> str:
    """The msgid of an event's name; the event itself where an older or newer program wrote one unknown here."""
    return _EVENTS.get(event, event)
