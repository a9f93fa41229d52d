"""The whole system in one file: database, ferry objects, and what else the data folder holds. Not to be confused with
the backup of a device's configuration (`automation`).

    recovery_code   the private half of the recovery key, and who signs, as text for paper
    framing         header, sealed chunks, trailer with both signatures: what a thief or a forger meets
    records         what is in the chunks: tables row by row, files, digests of all of it
    creating        writes one; needs the recovery key's public half and the signing key
    restoring       verifies everything, then fills an empty folder, then compares every digest, then lets it count

The format is described in docs/vault-and-backup.md. The signatures and the recovery key are hybrid (classical and
post-quantum), because a backup recorded today may be attacked for decades.
"""
