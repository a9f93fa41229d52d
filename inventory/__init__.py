"""What there is: units, sites, lines, devices, ports, rooms, business systems."""
