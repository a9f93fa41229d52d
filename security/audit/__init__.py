"""What happened: an append-only log in which every record carries the hash of the one before.

    record()  writes in the caller's transaction: the change and its record are durable together or not at all
    record_refusal()  in a transaction of its own, for what was tried and refused
    find()    reads a page, newest first
    verify()  walks chain and tree and names the first record that is not what was written

Over the records stands a Merkle tree (`tree`, `tiles`, `stored_tree`), whose checkpoints the worker signs (`signing`,
`keeping`); witnesses keep them (`forwarding`, `witness`), and what is old goes into the archive (`archive`).

The format is documented in docs/audit-format.md, so that the log can be checked without this program.
"""

from security.audit.actor import SYSTEM, Actor, console_actor
from security.audit.models import AuditRecord, Result
from security.audit.recording import record, record_refusal
from security.audit.search import Filter, Page, find
from security.audit.verification import Breach, Break, Verification, verify

__all__ = [
    "SYSTEM",
    "Actor",
    "AuditRecord",
    "Breach",
    "Break",
    "Filter",
    "Page",
    "Result",
    "Verification",
    "console_actor",
    "find",
    "record",
    "record_refusal",
    "verify",
]
