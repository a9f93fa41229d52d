"""Changing things safely: drivers, config backup, versions and diff."""
