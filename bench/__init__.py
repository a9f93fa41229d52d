"""What the product costs, measured beside its peers in the same run: `make bench`.

    __main__.py        runs the benches one after the other, prints the table, writes build/bench/*.json
    one.py             one bench, in a network namespace of its own
    poll_v2c.py ...    one file a bench: what is measured, and the figure to reach
    polls.py, fleet.py what the two polling benches share
    farm.py, farm.c    the agents that are polled; far cheaper than any poller; usm.c is their SNMPv3
    exporter.py        Prometheus' snmp_exporter, asked for the same objects
    site.py            an installation of the product, with its poller process
    cpu.py             processor time and memory of a process
    figures.py         a measured value beside what it has to reach

Times are processor time of the process that is measured (what the kernel charges it), never the clock on the wall: the
machine may be busy with other things. Every comparison is between medians of rounds that alternate in one run.
"""
