"""Inspection of hostile files.

What runs inside the sandboxed child imports nothing but the standard library, so that the child starts fast and has
little to be attacked through.
"""
