"""The inventory (单位与台账): every kind listed, shown, changed; its history, documents and fields of the office's own.

Whoever watches sees what is in the own reach. Whoever may import the ledger may change what is in that reach; what
concerns everything (fields, change sets) needs a reach over everything.
"""

from web.pages.inventory import change_sets, deleting, documents, editing, fields, objects, subnets
from web.pages.inventory.blueprint import blueprint

__all__ = ["blueprint", "change_sets", "deleting", "documents", "editing", "fields", "objects", "subnets"]
