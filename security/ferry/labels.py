"""States as people say them, for the console and the command line."""

from core.i18n import N_

# In the order of a transfer's way: at its source, then at its destination.
STATES = {
    "submitted": N_("submitted"),
    "inspecting": N_("being inspected"),
    "blocked": N_("blocked"),
    "review": N_("waiting for approval"),
    "rejected": N_("rejected"),
    "expired": N_("expired"),
    "withdrawn": N_("withdrawn"),
    "approved": N_("approved"),
    "sealing": N_("being sealed"),
    "quarantined": N_("quarantined"),
    "sealed": N_("sealed"),
    "handed_off": N_("handed off"),
    "unconfirmed": N_("not confirmed"),
    "receipted": N_("receipted"),
    "closed": N_("closed"),
    "seen": N_("seen"),
    "assembling": N_("being copied"),
    "verified": N_("verified"),
    "opened": N_("opened"),
    "reinspecting": N_("being inspected again"),
    "held": N_("held"),
    "releasable": N_("waiting for release"),
    "released": N_("released"),
    "collected": N_("collected"),
    "refused": N_("refused on arrival"),
}
