"""Accounts and roles. Who makes accounts does not hand out roles, and who hands out roles does not operate.

A role is only proposed here; somebody else confirms it (`web.pages.grants`).
"""

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory import reaches
from inventory.models import Unit
from security import accounts, proposals, sessions
from security.accounts import NewAccount
from security.directory.kinds import SOURCE_LABELS
from security.factors import enrolled
from security.passwords import HashedPassword, PasswordPolicy
from security.persons import number_of
from security.profile import profile_of
from security.proposals import Change
from security.reach import EVERYWHERE, LIMITABLE, Reach
from security.roles import Permission, Role
from web import forms, numbers
from web.access import recently_proven, requires
from web.failures import explained
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/accounts")
@requires(Permission.VIEW_ACCOUNTS)
def index() -> str:
    with console().database.read() as session:
        names = {unit.id: unit.name for unit in session.scalars(select(Unit))}
        return render_template("accounts.html", accounts=accounts.every(session), unit_names=names)


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def create() -> Response:
    if request.method != "POST":
        return _form()
    try:
        login = forms.text("login", limit=200)
        number = forms.text("personnel_number", limit=100, required=False)
        new = NewAccount(login, forms.text("name", limit=200), _unit(), personnel_number=number)
        hashed = _password(login)
        with console().database.write() as session:
            account = accounts.create(session, new, hashed, actor=actor(), clock=console().clock)
    except GuanjinError as error:
        response = _form(failure=explained(error))
        response.status_code = error.category.http_status
        return response
    return redirect_with("account_created", url_for("accounts.show", number=account.id), name=account.login)


@blueprint.get("/accounts/<int:number>")
@requires(Permission.VIEW_ACCOUNTS)
def show(number: int) -> str:
    with console().database.read() as session:
        account = accounts.get(session, number)
        found = enrolled.of_account(session, account.id)
        live = sessions.every(
            session, settings=console().settings.security, clock=console().clock, account_id=account.id
        )
        unit = session.get(Unit, account.unit_id) if account.unit_id else None
        names, now = reaches.names(session), console().clock.now()
        return render_template(
            "account.html",
            account=account,
            personnel_number=number_of(account),
            live=live,
            found=found,
            sources=SOURCE_LABELS,
            unit=unit,
            every_role=list(Role),
            limitable=LIMITABLE,
            names=names,
            places=names.of,
            waiting=[one for one in proposals.waiting(session, now) if one.account_id == account.id],
        )


@blueprint.post("/accounts/<int:number>/disable")
@requires(Permission.MANAGE_ACCOUNTS)
def disable(number: int) -> Response:
    with console().database.write() as session:
        account = accounts.disable(session, number, actor=actor(), clock=console().clock)
    return _back("account_disabled", number, account.login)


@blueprint.post("/accounts/<int:number>/enable")
@requires(Permission.MANAGE_ACCOUNTS)
def enable(number: int) -> Response:
    with console().database.write() as session:
        account = accounts.enable(session, number, actor=actor(), clock=console().clock)
    return _back("account_enabled", number, account.login)


@blueprint.post("/accounts/<int:number>/password")
@requires(Permission.MANAGE_ACCOUNTS)
@recently_proven
def password(number: int) -> Response:
    with console().database.read() as session:
        login = accounts.get(session, number).login
    hashed = _password(login)
    remembered = profile_of(console().settings.security).remembered
    with console().database.write() as session:
        accounts.set_password(
            session, number, hashed, must_change=True, actor=actor(), remembered=remembered, clock=console().clock
        )
    return _back("password_set", number, login)


@blueprint.post("/accounts/<int:number>/grant")
@requires(Permission.GRANT_ROLES)
@recently_proven
def grant(number: int) -> Response:
    role, reason = Role(forms.choice("role", list(Role))), forms.text("reason", limit=200)
    with console().database.write() as session:
        found = proposals.propose(
            session, number, Change.GRANT, role, _reach(), reason=reason, actor=actor(), clock=console().clock
        )
    return _back("role_proposed", number, found.account.login)


@blueprint.post("/accounts/<int:number>/revoke")
@requires(Permission.GRANT_ROLES)
@recently_proven
def revoke(number: int) -> Response:
    role = Role(forms.choice("role", list(Role)))
    with console().database.write() as session:
        found = proposals.propose(session, number, Change.REVOKE, role, actor=actor(), clock=console().clock)
    return _back("role_proposed", number, found.account.login)


@blueprint.post("/accounts/<int:number>/sessions/<int:session_number>/end")
@requires(Permission.MANAGE_ACCOUNTS)
def end_session(number: int, session_number: int) -> Response:
    with console().database.write() as session:
        login = accounts.get(session, number).login
        sessions.end(session, session_number, account_id=number, actor=actor(), clock=console().clock)
    return _back("session_ended", number, login)


def _back(notice: str, number: int, login: str) -> Response:
    return redirect_with(notice, url_for("accounts.show", number=number), name=login)


def _password(login: str) -> HashedPassword:
    """Hashed before any transaction begins: that takes a while on purpose."""
    return PasswordPolicy.of(console().settings.security).accept(forms.secret("password"), login=login)


def _reach() -> Reach:
    """Everywhere only where the form says so: a limit that nobody filled in is refused and not taken for none."""
    if forms.choice("where", ["everywhere", "limited"]) == "everywhere":
        return EVERYWHERE
    units = "units_below" if request.form.get("below") else "units"
    return Reach.to(**{units: _numbers("unit")}, sites=_numbers("site"), groups=_numbers("group"))


def _numbers(name: str) -> list[int]:
    return numbers.sent(name)


def _unit() -> int | None:
    return numbers.parsed(forms.text("unit", required=False))


def _form(**values: object) -> Response:
    with console().database.read() as session:
        units = session.execute(select(Unit.id, Unit.name).order_by(Unit.name)).all()
    length = console().settings.security.password_length
    return make_response(render_template("account_new.html", units=units, length=length, **values))
