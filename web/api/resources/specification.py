"""The document that describes all this, for generators and test tools."""

from typing import Any, Final

from pydantic import RootModel

from core.i18n import N_, translator
from web.api.document import document
from web.api.operations import OPERATIONS, operation
from web.i18n import language

TAG: Final = "specification"


class Specification(RootModel[dict[str, Any]]):
    """OpenAPI 3.1."""


@operation("GET", "/openapi.json", tag=TAG, summary=N_("This document (OpenAPI 3.1)"), answer=Specification)
def show_specification() -> Specification:
    return Specification(document(OPERATIONS, translator(language())))
