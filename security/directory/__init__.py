"""Log-in by an office's own directory: it answers whether this is this person, and gives nobody a role.

An account is made here, its roles are granted here by two, and its second factor, lock-out, addresses and sessions are
ours; only its password is somebody else's. The three administrators never depend on a directory: who runs it could
otherwise become all of them.
"""
