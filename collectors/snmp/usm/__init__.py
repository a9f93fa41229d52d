"""The User-based Security Model of SNMPv3 (RFC 3414, RFC 3826, RFC 7860), as a management station needs it.

`user` is who asks. `protocols`, `keys` and `ciphers` are the algorithms. `engine` and `engine_time` are what is known
of one agent. `sealing` protects messages and judges those that come in, `reports` reads what an agent refuses, and
`processing` is the whole exchange.
"""
