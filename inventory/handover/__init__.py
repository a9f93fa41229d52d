"""The inventory for other programs: files that Nornir, Ansible and Prometheus read.

What is handed over are devices in service that have an address (for Prometheus, those that answer to SNMP). The same
inventory gives the same bytes. No file holds a secret; a device carries the name of its credential at most.
"""
