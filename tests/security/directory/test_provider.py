"""Coming back from an OpenID provider: what fits is a name, whatever does not is refused, whoever sent it."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import RSAKey

from core.clock import SystemClock
from security.directory import flow
from security.directory.errors import (
    DirectoryAnswerError,
    DirectoryAwayError,
    DirectoryTlsError,
    FlowError,
    ProviderError,
)
from security.directory.flow import Journey
from security.directory.provider import Provider
from security.errors import PasswordsBusyError
from tests.installation import free_port
from tests.nginx import Authority
from tests.openid import CLIENT, SECRET, OpenId, openid

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]
BACK = "https://guanjin.test/login/provider/back"


class Clock(SystemClock):
    """One that a test sets forward."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def house(authority: Authority) -> Iterator[OpenId]:
    with openid(authority.issue("idp", "/CN=idp", names="DNS:localhost")) as house:
        yield house


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(house: OpenId, authority: Authority, clock: Clock) -> Provider:
    return of(house.issuer, authority.root.certificate, clock)


def of(issuer: str, authority: Path | None, clock: Clock, secret: str = SECRET) -> Provider:
    return Provider(issuer, CLIENT, authority, 2.0, clock, lambda: secret)


def there_and_back(house: OpenId, provider: Provider, journey: Journey | None = None, claim: str = "sub") -> str:
    begun = Journey.begin()
    returned = house.visit(flow.address(provider, begun, BACK))
    return arrive(provider, journey or begun, returned, claim)


def arrive(provider: Provider, journey: Journey, returned: str, claim: str = "sub", **changed: str) -> str:
    answer = dict(parse_qsl(urlsplit(returned).query)) | changed
    return flow.subject(provider, journey, answer, back=BACK, claim=claim, now=datetime.now(UTC))


def test_who_comes_back_is_who_went(house: OpenId, provider: Provider) -> None:
    assert there_and_back(house, provider) == "248289761001"
    assert there_and_back(house, provider, claim="preferred_username") == "zhangwei"


def test_the_way_there_tells_no_secret(house: OpenId, provider: Provider) -> None:
    journey = Journey.begin()
    address = flow.address(provider, journey, BACK)
    assert journey.secret not in address
    assert journey.verifier not in address
    assert SECRET not in address
    assert journey.secret not in repr(journey)
    assert SECRET not in repr(provider)
    assert len({journey.state, journey.nonce, journey.verifier, Journey.begin().state}) == 4


def test_another_browsers_way_back_fits_nothing(house: OpenId, provider: Provider) -> None:
    with pytest.raises(FlowError):
        there_and_back(house, provider, Journey.begin())
    assert "/token" not in house.asked, "nothing is asked for a state that is not ours"


def test_a_code_of_somebody_else_is_worth_nothing(house: OpenId, provider: Provider) -> None:
    mine, theirs = Journey.begin(), Journey.begin()
    returned = house.visit(flow.address(provider, theirs, BACK))
    with pytest.raises(ProviderError):  # PKCE
        arrive(provider, mine, returned, state=mine.state)


def test_a_code_is_worth_something_once(house: OpenId, provider: Provider) -> None:
    journey = Journey.begin()
    returned = house.visit(flow.address(provider, journey, BACK))
    assert arrive(provider, journey, returned)
    with pytest.raises(ProviderError):
        arrive(provider, journey, returned)


def test_an_answer_of_another_issuer_is_not_taken(house: OpenId, provider: Provider) -> None:
    journey = Journey.begin()
    returned = house.visit(flow.address(provider, journey, BACK))
    with pytest.raises(FlowError):
        arrive(provider, journey, returned, iss="https://evil.test")


def test_a_refusal_is_told_in_few_words(provider: Provider) -> None:
    journey = Journey.begin()
    with pytest.raises(ProviderError) as refused:
        arrive(provider, journey, "/", state=journey.state, error="access_denied" * 100)
    assert len(str(refused.value)) < 300
    with pytest.raises(FlowError):
        arrive(provider, journey, "/", state=journey.state)


Claims = dict[str, Any]


@pytest.mark.parametrize(
    "twist",
    [
        lambda claims: claims | {"iss": "https://evil.test"},
        lambda claims: claims | {"aud": "another"},
        lambda claims: claims | {"aud": [CLIENT, "another"]},
        lambda claims: claims | {"azp": "another"},
        lambda claims: claims | {"exp": claims["iat"] - 120},
        lambda claims: claims | {"iat": claims["iat"] - 3600, "exp": claims["iat"] + 3600},
        lambda claims: claims | {"iat": claims["iat"] + 3600},
        lambda claims: claims | {"nonce": "another"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
        lambda claims: {name: value for name, value in claims.items() if name != "sub"},
        lambda claims: claims | {"sub": ["248289761001"]},
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": "x" * 201},
        lambda claims: claims | {"sub": "a\nb"},
    ],
)
def test_a_token_that_does_not_fit_is_refused(
    house: OpenId, provider: Provider, twist: Callable[[Claims], Claims]
) -> None:
    house.twist = twist
    with pytest.raises(DirectoryAnswerError):
        there_and_back(house, provider)


@pytest.mark.parametrize("sign", [OpenId.unsigned, OpenId.by_the_public_key, OpenId.by_a_stranger, lambda *_: "x.y.z"])
def test_only_the_providers_own_key_signs(
    house: OpenId, provider: Provider, sign: Callable[[OpenId, Claims], str]
) -> None:
    house.sign = sign
    with pytest.raises(DirectoryAnswerError):
        there_and_back(house, provider)


def test_a_new_key_is_fetched_but_not_for_every_stranger(house: OpenId, provider: Provider, clock: Clock) -> None:
    assert there_and_back(house, provider)
    house.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    with pytest.raises(DirectoryAnswerError):
        there_and_back(house, provider)
    assert house.asked.count("/keys") == 1
    clock.ahead = 61
    assert there_and_back(house, provider)
    assert house.asked.count("/keys") == 2


def test_keys_that_nobody_here_understands_stand_in_nobodys_way(house: OpenId, provider: Provider) -> None:
    house.beside = [{"kty": "EC", "crv": "SM2", "x": "AA", "y": "AA"}, {"kty": "AKP"}, "no key", {}]
    assert there_and_back(house, provider)


def test_a_provider_that_hangs_holds_few(authority: Authority, clock: Clock) -> None:
    """Those who ask for the same document wait in front of the turnstile, not behind it at a lock."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent, ThreadPoolExecutor(12) as pool:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}"
        hangs = replace(of(address, authority.root.certificate, clock), timeout_s=0.5)
        asked = [pool.submit(hangs.endpoints) for _ in range(12)]
        errors = [type(one.exception()) for one in asked]
    assert errors.count(PasswordsBusyError) >= 6
    assert set(errors) == {PasswordsBusyError, DirectoryAwayError}


@pytest.mark.parametrize(
    "document",
    [
        lambda found: found | {"issuer": "https://evil.test"},
        lambda found: found | {"token_endpoint": "http://169.254.169.254/latest"},
        lambda found: found | {"jwks_uri": "file:///etc/passwd"},
        lambda found: found | {"authorization_endpoint": None},
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(
    house: OpenId, provider: Provider, document: Callable[[Claims], Claims]
) -> None:
    house.document = document
    with pytest.raises(DirectoryAnswerError):
        provider.endpoints()


def test_a_wrong_secret_of_ours_is_told_as_such(house: OpenId, authority: Authority, clock: Clock) -> None:
    with pytest.raises(ProviderError, match="invalid_client"):
        there_and_back(house, of(house.issuer, authority.root.certificate, clock, "wrong"))


def test_another_authority_is_not_believed(house: OpenId, tmp_path: Path, clock: Clock) -> None:
    for authority in (Authority(tmp_path, "other").root.certificate, None):
        with pytest.raises(DirectoryTlsError):
            of(house.issuer, authority, clock).endpoints()


def test_a_provider_that_is_away_is_away(authority: Authority, clock: Clock) -> None:
    with pytest.raises(DirectoryAwayError):
        of(f"https://localhost:{free_port()}", authority.root.certificate, clock).endpoints()
