"""What other systems know, brought into the inventory: NetBox, LibreNMS, Oxidized, RANCID, Nornir.

    files --gathering--> Sources --systems--> one reader a system --intake--> Gathered --understanding--> Row
           sizes, zip      name, bytes         netbox/ librenms ...            kept by `keeping`           the planner's

A reader says of each record what it means here (`Said`), at a place that a person finds again (`Spot`). Where a word of
the other system has no certain meaning (`words`), it is asked for; whatever was not taken is told in the preview
(`leftovers`): nothing is left out silently. Credentials are never taken, shown or logged; only their number is told.
"""
