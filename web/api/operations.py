"""Declaring an operation: once, beside the function that carries it out.

    @operation("GET", "/devices/<id:number>", tag="devices", summary=N_("One device"),
               permissions=(Permission.VIEW_MONITORING,), answer=DeviceDetail)
    def show_device(number: int) -> DeviceDetail: ...

The function gets the numbers of its path, `query` (an instance of the declared Parameters) and `body`, and returns an
instance of `answer`, from which the document's schema is made too; None for 204.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from flask import Blueprint, Response, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from security.roles import Permission
from security.tokens import repeating
from security.tokens.repeating import Answered
from web.access import requires, signed_in
from web.api.errors import AddressMissingError
from web.api.holder import holder
from web.api.parameters import JSON, LARGEST_NUMBER, Nothing, Parameters, read_body, read_query
from web.api.paths import PREFIX
from web.api.repeats import given_key
from web.state import console

blueprint: Final = Blueprint("api", __name__, url_prefix=PREFIX)
NUMBER: Final = "<number:number>"
SECOND_NUMBER: Final = "<number:second>"
KIND: Final = "<kind:kind>"
UID: Final = "<string(length=32):uid>"
OK: Final = 200
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """`parts` say what the variable parts of the path are. `once` takes an Idempotency-Key and runs in a transaction
    that the function gets as `session`. Texts are msgids.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    permissions: tuple[Permission, ...]
    answer: type[BaseModel] | None
    query: type[Parameters]
    body: type[BaseModel] | None
    status: int
    once: bool
    parts: Mapping[str, str]
    conflicts: bool

    @property
    def changes(self) -> bool:
        return self.method != "GET"


OPERATIONS: Final[list[Operation]] = []


def operation(
    method: str,
    path: str,
    *,
    tag: str,
    summary: str,
    description: str = "",
    permissions: tuple[Permission, ...] = (),
    answer: type[BaseModel] | None = None,
    query: type[Parameters] = Nothing,
    body: type[BaseModel] | None = None,
    status: int = OK,
    once: bool = False,
    parts: Mapping[str, str] | None = None,
    conflicts: bool = False,
) -> Callable[[Handler], Handler]:
    """Without permissions every token is enough."""

    def declare(handler: Handler) -> Handler:
        found = Operation(
            name=handler.__name__,
            method=method,
            path=path,
            tag=tag,
            summary=summary,
            description=description,
            permissions=permissions,
            answer=answer,
            query=query,
            body=body,
            status=status if answer else NO_CONTENT,
            once=once,
            parts=parts or {},
            conflicts=conflicts,
        )
        OPERATIONS.append(found)
        view = _view(found, handler)
        mark = requires(*permissions) if permissions else signed_in
        blueprint.add_url_rule(path, found.name, mark(view), methods=[method], provide_automatic_options=False)
        return handler

    return declare


def _view(found: Operation, handler: Handler) -> Callable[..., Response]:
    def view(**found_in_path: Any) -> Response:
        _refuse_impossible(found_in_path)
        given: dict[str, Any] = dict(found_in_path)
        query = read_query(found.query)
        if found.query is not Nothing:
            given["query"] = query
        if found.body is not None:
            given["body"] = read_body(found.body)
        if found.once:
            return _done_once(found, lambda session: handler(session=session, **given))
        return _answer(found, handler(**given))

    return view


def _refuse_impossible(found_in_path: Mapping[str, object]) -> None:
    """A number beyond every table's is none of ours, and the database would fail over it."""
    if any(isinstance(part, int) and part > LARGEST_NUMBER for part in found_in_path.values()):
        raise AddressMissingError(path=request.path)


def _answer(found: Operation, result: BaseModel | None) -> Response:
    if result is None:
        return Response(status=NO_CONTENT)
    response = Response(result.model_dump_json(), found.status, mimetype=JSON)
    if not found.changes:
        # RFC 9110, 13.1.2; a browser must not keep what only this token may see, a program may compare.
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


def _done_once(found: Operation, act: Callable[[Session], BaseModel]) -> Response:
    """In one transaction: what the key was answered before, or the act and its answer."""
    key = given_key()
    with console().database.write() as session:
        if key is None:
            body = act(session).model_dump_json()
            return Response(body, found.status, mimetype=JSON)
        token, asked = holder().token_id, _asked()
        before = repeating.claim(session, token, key, asked, clock=console().clock)
        if before is not None:
            response = Response(before.body, before.status, mimetype=JSON)
            response.headers["Idempotency-Replayed"] = "true"
            return response
        body = act(session).model_dump_json()
        repeating.keep(session, token, key, Answered(found.status, body))
    return Response(body, found.status, mimetype=JSON)


def _asked() -> str:
    """What a key stands for: method, address and body."""
    facts = [request.method, request.full_path, sha256(request.get_data()).hexdigest()]
    return sha256(json.dumps(facts).encode()).hexdigest()
