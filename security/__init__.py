"""Who may (accounts, roles, sessions), what happened (audit), what is secret (vault), what crosses (ferry)."""
