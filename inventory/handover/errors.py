"""Why the inventory cannot be handed over."""

from core.errors import Category
from core.i18n import N_
from inventory.errors import InventoryError


class FolderError(InventoryError):
    code = "inventory.handover_folder"
    category = Category.FAILED
    message = N_("the files cannot be written to %(folder)s: %(detail)s")
    hint = N_("name a folder that you may write to; what was in it before is still there")
