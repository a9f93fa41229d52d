"""Carriers: how a sealed bundle gets from one side to the other. All speak the Protocol in `base`."""
