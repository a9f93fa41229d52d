"""Changing the inventory, always in the same way: a plan, written with its history and its audit record, or nothing.

    form, API     editing    |
    file          importing  |-> ledger.planner -> ledger.applying -> recording
    second look   undoing    |       Change             rows         change set

One transaction is one change set, and a change set can be undone as one as long as nothing that it touched was
changed since.
"""
