"""The console's one forgiving search."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from core.i18n import N_
from inventory.kinds import ObjectKind
from security.roles import Permission
from web import searching
from web.api.holder import scope
from web.api.operations import operation
from web.api.parameters import ONE_LINE, Parameters
from web.api.paths import PREFIX
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "search"
MOST: Final = 200


class SearchQuery(Parameters):
    q: Annotated[str, StringConstraints(pattern=ONE_LINE, min_length=1, max_length=100)] = Field(
        description=N_(
            "a name, its pinyin initials, an address or prefix, a MAC address in any notation, a circuit number"
        )
    )


class Hit(Answer):
    kind: ObjectKind | Literal["port", "station"]
    name: str
    detail: str
    exact: bool
    href: str = Field(description=N_("where it is found in this API"))


class Hits(Answer):
    """The exact ones first; `total` counts those too that were left out."""

    items: list[Hit]
    total: int


@operation(
    "GET",
    "/search",
    tag=TAG,
    summary=N_("Search the inventory, ports and stations"),
    permissions=(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT),
    query=SearchQuery,
    answer=Hits,
)
def search(query: SearchQuery) -> Hits:
    with console().database.read() as session:
        found = searching.find(session, query.q, scope())
    items = [
        Hit(kind=one.kind, name=one.name, detail=one.detail, exact=one.exact, href=f"{PREFIX}{one.link}")
        for one in found[:MOST]
    ]
    return Hits(items=items, total=len(found))
