"""What other systems know, brought into the inventory: NetBox, LibreNMS, Oxidized, RANCID, Nornir.

    paths --gathering--> Sources --systems--> one reader a system --intake--> Row --> the ledger's planner
           sizes, zip      name, bytes         netbox/ librenms oxidized rancid nornir       preview, change sets

A reader says of each record what it means here (`Said`), at a place that a person finds again (`Spot`). It asks where a
word of the other system has no certain meaning (`words`), and whatever it did not take is told in the preview
(`leftovers`): nothing is left out silently. Credentials are never taken, shown or logged; only their number is told.
"""
