"""The second factor: what a person has, besides the password that they know (GB/T 22239-2019, 8.1.4.1; ASVS 5.0, 6.3).

    password  ->  session without any right  ->  one of these  ->  session with the rights of its account
                                                   one-time code (RFC 6238)          totp, one_time
                                                   recovery code, on paper           recovery
                                                   security key (Web Authentication) security_keys
                                                   client certificate, by the proxy  certificates

The secret of one-time codes has to be read to check a code, and the web process checks it. So the vault has the realm
`identity`, whose key this process opens and no other; it still opens none of the realms that lead to devices or across
to the other network, and whoever steals the database alone computes no code. Everything else here is public keys and
hashes.

`kinds` says who needs a factor, `enrolled` what an account has, `proving` turns a proof into a session's rights.
"""
