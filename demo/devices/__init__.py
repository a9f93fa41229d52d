"""Emulated devices: what a county's network answers over SNMP and SSH, in one process and without hardware.

    county.py (data) --> Device --> Machine --+--> agent.py   SNMP v1/v2c on UDP, a view of sorted OIDs
                                              +--> shell.py   SSH; terminal, paging, faults
                          vendor file: models, private OIDs, first configuration, command line's dialect

Everything that moves is a pure function of wall time and of a device's name: a second start shows the same counters
going on, two devices agree about the line between them, and a test that holds the clock still sees the same octets.
Written from documents and public recordings of the vendors' agents; no vendor's code or image is involved.
"""
