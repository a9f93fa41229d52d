"""What Prometheus gets, under the names that its users know (docs/metrics.md).

polling --> devices --> exposition --scrape, a unix socket--> web process: /metrics
on_demand, if_mib: one device of the inventory, asked now: /snmp   (which there are: inventory.handover.prometheus: /sd)
own: the program's own metrics          scraped_names: by which Prometheus finds them again
"""
