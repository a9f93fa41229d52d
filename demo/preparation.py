"""Makes a fresh instance ready, in one transaction: either all of it is there or the next start does it again."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from automation.jobs import devices_to_back_up, request_backup
from core import schema
from core.database import Database
from core.events import Event
from demo.cast import PERSONS, Person
from demo.county.ledger import BACKUP_CREDENTIAL, READ_CREDENTIAL
from demo.devices.model import COMMUNITY, PASSWORD, USERNAME
from demo.instance import Instance, Secrets
from inventory.changes.importing import import_ledger
from inventory.ledger.opening import load
from inventory.models import Unit
from security import accounts, proposals, setup
from security.accounts import NewAccount
from security.audit import Actor, record
from security.passwords import HashedPassword, PasswordPolicy
from security.proposals import Change
from security.roles import THREE_ADMINISTRATORS, Role
from security.setup import Administrator
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyfiles import create_keys

DEMO = Actor("demo", "system")


def prepare(instance: Instance, given: Secrets) -> Database:
    """The instance's database, ready to be started on. The caller closes it."""
    settings = instance.settings()
    create_keys(settings.storage.data)
    database = Database(settings.database_url)
    schema.upgrade(database)
    with database.read() as session:
        ready = setup.is_set_up(session)
    if not ready:
        persons = PERSONS[instance.zone]
        hashed = _hashed(given.password, persons, PasswordPolicy.of(settings.security))
        vault = Vault(Keyring.load(settings.storage.data, Realm))
        ledger = load(instance.ledger)
        with database.write() as session:
            record(session, Event.SYSTEM_INITIALISED, DEMO, subject="installation")
            import_ledger(session, ledger, DEMO, now=datetime.now(UTC))
            create_accounts(session, persons, hashed)
            store_credentials(session, vault)
            for device in devices_to_back_up(session):
                request_backup(session, device, actor=DEMO)
    return database


def _hashed(password: str, persons: tuple[Person, ...], policy: PasswordPolicy) -> HashedPassword:
    """Once for all, because it is slow on purpose and here the password is one."""
    for person in persons:
        policy.check(password, login=person.login)
    return policy.accept(password, login=persons[0].login)


def create_accounts(session: Session, persons: tuple[Person, ...], hashed: HashedPassword) -> None:
    """The set-up's three administrators first, then the others, each with their roles."""
    three = {
        person.roles[0]: Administrator(person.login, person.display_name, hashed, must_change_password=False)
        for person in persons
        if person.roles[0] in THREE_ADMINISTRATORS
    }
    made = setup.complete_setup(session, setup.issue_token(session, actor=DEMO), three)
    security, system = (
        Actor(made[role].login, "person", made[role].id) for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN)
    )
    for person in persons:
        if person.roles[0] in THREE_ADMINISTRATORS:
            continue
        unit = session.scalars(select(Unit.id).where(Unit.name == person.unit)).one() if person.unit else None
        new = NewAccount(person.login, person.display_name, unit, must_change_password=False)
        account = accounts.create(session, new, hashed, actor=DEMO)
        for role in person.roles:
            proposed = proposals.propose(session, account.id, Change.GRANT, role, actor=security)
            proposals.confirm(session, proposed.id, actor=system)


def store_credentials(session: Session, vault: Vault) -> None:
    """What the emulated devices expect; reading is the poller's realm, logging in the worker's."""
    community, login = {"community": COMMUNITY}, {"username": USERNAME, "password": PASSWORD}
    vault.put(session, Realm.MONITOR, READ_CREDENTIAL, community, kind=Kind.SNMP_V2C, actor=DEMO)
    vault.put(session, Realm.CHANGE, BACKUP_CREDENTIAL, login, kind=Kind.SSH_PASSWORD, actor=DEMO)
