"""The sample county, 青岚县: a ledger as an office keeps it, and the cables between its devices.

    places, devices, lines (data) --> Sample --+--> workbook.py   the Excel files that `guanjin inventory import` reads
                                               +--> emulation.py  the devices that the fleet runs

The county, its people and its telephone numbers are invented. `ledger.py` holds the kinds of row, one for each sheet.
"""
