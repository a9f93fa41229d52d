"""How things are: SNMP and ICMP in, state, history and metrics out."""
