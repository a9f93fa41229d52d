"""Documents of an object: attached, handed out as a file to keep (never shown in the browser), removed."""

from contextlib import closing
from io import BytesIO

from flask import Response as FileResponse
from flask import request, send_file, url_for
from werkzeug.wrappers import Response

from inventory import documents
from security.roles import Permission
from web import forms, numbers
from web.access import requires
from web.errors import FieldMissingError, PageMissingError
from web.i18n import gettext
from web.notices import redirect_with
from web.objects.kinds import KINDS
from web.pages.inventory.blueprint import LOOKERS, blueprint, changeable
from web.scope import seen
from web.state import actor, console

# Whatever it is kept as: nothing that a browser would open by itself.
HANDED_OUT_AS = "application/octet-stream"


@blueprint.post("/documents")
@requires(Permission.MANAGE_INVENTORY)
def attach() -> Response:
    kind = KINDS[forms.choice("kind", KINDS)]
    number = numbers.parsed(request.form.get("number", ""))
    if number is None:
        raise PageMissingError(path=request.path)
    sent = request.files.get("document")
    if sent is None or not sent.filename:
        raise FieldMissingError(field=gettext(forms.LABELS["files"]))
    with closing(sent):
        content = sent.stream.read(documents.MOST_BYTES + 1)
    with console().database.write() as session:
        kept = documents.attach(
            session,
            kind,
            number,
            sent.filename,
            content,
            scope=changeable(),
            actor=actor(),
            now=console().clock.now(),
        )
        name = kept.name
    return redirect_with("document_added", url_for(".show", kind=kind, number=number), name=name)


@blueprint.get("/documents/<int:number>")
@requires(*LOOKERS)
def download(number: int) -> FileResponse:
    with console().database.read() as session:
        found = documents.get(session, number, scope=seen())
        return send_file(BytesIO(found.content), mimetype=HANDED_OUT_AS, as_attachment=True, download_name=found.name)


@blueprint.post("/documents/<int:number>/remove")
@requires(Permission.MANAGE_INVENTORY)
def remove(number: int) -> Response:
    with console().database.write() as session:
        found = documents.remove(session, number, scope=changeable(), actor=actor())
        where, name = url_for(".show", kind=found.kind, number=found.object_id), found.name
    return redirect_with("document_removed", where, name=name)
