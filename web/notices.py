"""One sentence about what was just done, carried over the redirect that follows a form.

It travels in a cookie of ten seconds that the next page shows and clears. The cookie names one of the sentences here
and the facts for it, so nobody can put words of their own on a page; the template escapes the facts.
"""

import json
from urllib.parse import quote, unquote

from flask import g, redirect, request
from werkzeug.wrappers import Response

from core.i18n import N_
from web.i18n import gettext
from web.state import console

COOKIE = "guanjin_notice"
NOTICES = {
    "set_up": N_("The three administrators were created. Sign in with one of them."),
    "signed_out": N_("You have signed out."),
    "account_created": N_("The account %(name)s was created; the security administrator can now propose roles for it."),
    "account_disabled": N_("The account %(name)s was disabled and its sessions ended."),
    "account_enabled": N_("The account %(name)s was enabled."),
    "removal_asked": N_("The removal of segment %(number)s was asked for; the audit administrator has to confirm it."),
    "removal_confirmed": N_("The rows of segment %(number)s are being removed from the database."),
    "password_set": N_("%(name)s has a new password, to be changed at the next sign-in."),
    "role_proposed": N_("The change of %(name)s's roles was proposed; it takes effect when somebody else confirms it."),
    "role_confirmed": N_("Confirmed: the roles of %(name)s have changed."),
    "proposal_refused": N_("The proposal about %(name)s was refused."),
    "proposal_withdrawn": N_("The proposal about %(name)s was withdrawn."),
    "half_entered": N_("The first half is entered; another person has to enter the second within 30 minutes."),
    "emergency_open": N_("Emergency access is open. Everybody sees it, and everything is recorded."),
    "emergency_ended": N_("Emergency access has ended. Its halves are spent: make new ones."),
    "group_saved": N_("The device group %(name)s was saved."),
    "group_deleted": N_("The device group %(name)s was deleted."),
    "checklist_saved": N_("The checklist %(name)s was saved."),
    "checklist_retired": N_("The checklist %(name)s was retired; its rounds stay on record."),
    "round_recorded": N_("The round was recorded."),
    "round_found": N_("The round was recorded; to be put right: %(number)s."),
    "finding_closed": N_("Recorded as put right: %(name)s."),
    "visitor_entered": N_("%(name)s is in the register."),
    "visitor_left": N_("%(name)s was written out."),
    "range_allowed": N_("The range %(name)s may be swept from now on."),
    "range_withdrawn": N_("The range %(name)s is no longer swept."),
    "sweep_asked": N_("The sweep of %(name)s begins within seconds."),
    "sweep_stopped": N_("The sweep of %(name)s is being stopped."),
    "taken_over": N_("Taken into the ledger: %(number)s devices, as one change."),
    "session_ended": N_("The session of %(name)s was ended."),
    "credential_stored": N_("The credential %(name)s was stored."),
    "own_session_ended": N_("The session was ended."),
    "account_linked": N_("How the person of %(name)s is recognised was changed."),
    "addresses_changed": N_("The addresses from which %(name)s may sign in were changed."),
    "factor_set_up": N_("The second factor was set up."),
    "factor_removed": N_("The second factor was removed."),
    "factors_reset": N_("The second factors of %(name)s were removed and its sessions ended."),
    "certificate_added": N_("The certificate now stands for %(name)s."),
    "certificate_revoked": N_("The certificate of %(name)s was revoked and its sessions ended."),
    "prove_again": N_("Prove the second factor once more, then press the button again."),
    "signing_key_made": N_(
        "Your signing key was made. Approvals count at the other network once it pinned the new card."
    ),
    "signing_key_revoked": N_("The signing key of %(name)s was revoked; it signs nothing any more."),
    "pin_changed": N_("The PIN was changed; the key is the same."),
    "token_revoked": N_("The API token %(name)s was revoked; it opens nothing any more."),
    "credential_deleted": N_("The credential %(name)s was deleted."),
    "job_cancelled": N_("Job %(number)s is being cancelled."),
    "job_retried": N_("Job %(number)s is queued again."),
    "job_resolved": N_("The decision about job %(number)s was recorded."),
    "submitted": N_("The transfer was submitted; its files are frozen and are being inspected."),
    "withdrawn": N_("The transfer was withdrawn."),
    "approved": N_("Your approval was signed and recorded."),
    "rejected": N_("The transfer was rejected."),
    "medium_read": N_("The medium was read; new bundles: %(number)s."),
    "carried_again": N_("The bundle is being written to the medium again."),
    "receipted": N_("The receipt code fits: the transfer is closed."),
    "released": N_("Released; the receivers can collect the files now."),
    "held": N_("The bundle is held."),
    "backup_requested": N_("The backup was requested as job %(number)s."),
    "marked": N_("%(name)s now carries a maintenance mark."),
    "unmarked": N_("The maintenance mark of %(name)s was taken off."),
    "object_created": N_("%(name)s was added."),
    "object_changed": N_("%(name)s was saved."),
    "object_same": N_("Nothing of %(name)s was changed."),
    "object_deleted": N_("%(name)s was deleted. Its change set brings it back."),
    "changes_undone": N_("Change set %(number)s is undone; this is the change set that did it."),
    "document_added": N_("The document %(name)s was attached."),
    "document_removed": N_("The document %(name)s was removed."),
    "field_saved": N_("The field %(name)s was saved."),
    "field_ended": N_("The field %(name)s and its values are gone."),
    "link_stated": N_("Stated: %(name)s."),
    "link_withdrawn": N_("Withdrawn: %(name)s. What devices tell of it stays."),
    "map_arranged": N_("The map was saved as it is arranged; everybody sees it so."),
    "map_anew": N_("Every node of this map is placed anew."),
    "port_is_key": N_("%(name)s is a key port: its hours are kept for thirteen months."),
    "port_is_ordinary": N_("%(name)s is an ordinary port again."),
    "ledger_imported": N_("%(name)s is imported. If that was wrong, it can be undone here as one."),
    "ledger_same": N_("%(name)s says what the inventory says already: nothing had to be changed."),
    "headings_remembered": N_("The meaning of the headings is remembered, for this file and for later ones."),
    "words_said": N_("The preview now takes the words as you said."),
    "heading_forgotten": N_("What %(name)s means is forgotten; the next file asks again."),
    "password_changed": N_("The password was changed."),
}


def redirect_with(notice: str, location: str, **facts: object) -> Response:
    response = redirect(location, 303)
    value = quote(json.dumps([notice, {name: str(fact) for name, fact in facts.items()}]))
    response.set_cookie(COOKIE, value, max_age=10, secure=console().secure, httponly=True, samesite="Strict")
    return response


def pending() -> str | None:
    """The sentence to show on this page."""
    raw = request.cookies.get(COOKIE)
    if raw is None:
        return None
    g.notice_shown = True
    try:
        name, facts = json.loads(unquote(raw))
        return str(gettext(NOTICES[name]) % facts)
    except (ValueError, KeyError, TypeError):
        return None


def forget_shown(response: Response) -> Response:
    """Runs after every request."""
    if "notice_shown" in g:
        response.delete_cookie(COOKIE)
    return response
