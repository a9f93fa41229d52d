"""What the API offers: one module for each kind of thing. Importing them declares their operations."""

from web.api.resources import (
    accounts,
    audit,
    configs,
    devices,
    history,
    inventory,
    jobs,
    lines,
    maintenance,
    places,
    search,
    specification,
    tokens,
    topology,
    transfers,
)

__all__ = [
    "accounts",
    "audit",
    "configs",
    "devices",
    "history",
    "inventory",
    "jobs",
    "lines",
    "maintenance",
    "places",
    "search",
    "specification",
    "tokens",
    "topology",
    "transfers",
]
