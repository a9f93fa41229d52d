"""Keys against the vectors of RFC 3414, and against pysnmp where no vectors were published."""

import pytest
from pysnmp.entity import config
from pysnmp.proto import rfc1902

from collectors.snmp.usm.keys import localized_key, master_key, privacy_key
from collectors.snmp.usm.protocols import Authentication, Privacy

ENGINE = bytes.fromhex("000000000000000000000002")
PASSWORD = b"maplesyrup"
PYSNMP_AUTHENTICATION = {
    Authentication.MD5: config.USM_AUTH_HMAC96_MD5,
    Authentication.SHA1: config.USM_AUTH_HMAC96_SHA,
    Authentication.SHA224: config.USM_AUTH_HMAC128_SHA224,
    Authentication.SHA256: config.USM_AUTH_HMAC192_SHA256,
    Authentication.SHA384: config.USM_AUTH_HMAC256_SHA384,
    Authentication.SHA512: config.USM_AUTH_HMAC384_SHA512,
}
PYSNMP_PRIVACY = {
    Privacy.DES: config.USM_PRIV_CBC56_DES,
    Privacy.AES128: config.USM_PRIV_CFB128_AES,
    Privacy.AES192: config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    Privacy.AES256: config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    Privacy.AES192_REEDER: config.USM_PRIV_CFB192_AES,
    Privacy.AES256_REEDER: config.USM_PRIV_CFB256_AES,
}


@pytest.mark.parametrize(
    ("authentication", "master", "localized"),
    [
        (Authentication.MD5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            Authentication.SHA1,
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_rfc_3414_appendix_a(authentication: Authentication, master: str, localized: str) -> None:
    assert master_key(authentication, PASSWORD).hex() == master
    assert localized_key(authentication, PASSWORD, ENGINE).hex() == localized


@pytest.mark.parametrize("privacy", PYSNMP_PRIVACY)
@pytest.mark.parametrize("authentication", PYSNMP_AUTHENTICATION)
def test_privacy_keys_are_those_of_pysnmp(authentication: Authentication, privacy: Privacy) -> None:
    theirs, service = config.PRIV_SERVICES[PYSNMP_PRIVACY[privacy]], PYSNMP_AUTHENTICATION[authentication]
    hashed = theirs.hash_passphrase(service, rfc1902.OctetString(PASSWORD))
    expected = theirs.localize_key(service, hashed, rfc1902.OctetString(ENGINE))
    assert privacy_key(authentication, privacy, PASSWORD, ENGINE) == bytes(expected)


def test_a_password_longer_than_what_is_digested_is_cut() -> None:
    assert master_key(Authentication.SHA256, b"p" * 3_000_000) == master_key(Authentication.SHA256, b"p" * (1 << 20))
