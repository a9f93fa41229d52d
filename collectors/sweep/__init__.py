"""Looking for devices that the ledger does not know (发现): in ranges that somebody allowed, and nowhere else.

allow a range -> ask for a sweep -> poller: ICMP, then SNMP with the credentials offered -> finds -> accept in bulk

ranges (pure) says what a range is; roles and recognition (pure) what was found; duty runs it in the poller's loop;
services and accepting are what people do with it.
"""
