"""What is known of one agent's engine: its name, its clock, and the keys that users have there."""

import os
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.snmp.usm.engine_time import EngineTime
from collectors.snmp.usm.keys import localized_key, privacy_key
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import User


class Keys(NamedTuple):
    """Empty where the user's security level has no use for one."""

    authentication: bytes = b""
    privacy: bytes = b""


@dataclass(slots=True)
class AuthoritativeEngine:
    """`told` is what the agent claimed of its clock when it was discovered, `time` what authentic messages proved.

    The claim is only good for writing the first message: a wrong one costs a round, and nothing is judged by it.
    """

    id: bytes = b""
    told: EngineTime = field(default_factory=EngineTime)
    time: EngineTime = field(default_factory=EngineTime)
    _keys: dict[User, Keys] = field(default_factory=dict, repr=False)
    _salt: int = field(default_factory=lambda: int.from_bytes(os.urandom(8)), repr=False)

    def discovered(self, engine_id: bytes, boots: int, time: int, now: float) -> None:
        if engine_id != self.id:
            self.time = EngineTime()
            self._keys.clear()
        self.id = engine_id
        self.told.learn(boots, time, now)

    def boots_and_time(self, now: float) -> tuple[int, int]:
        proven = self.time.boots or self.time.latest
        return (self.time if proven else self.told).at(now)

    def keys(self, user: User) -> Keys:
        found = self._keys.get(user)
        if found is None:
            found = self._keys[user] = _derive(user, self.id)
        return found

    def next_salt(self) -> int:
        """Never the same twice, and from another random place in each process."""
        self._salt += 1
        return self._salt


def _derive(user: User, engine_id: bytes) -> Keys:
    if user.authentication is Authentication.NONE:
        return Keys()
    authentication = localized_key(user.authentication, user.auth_password.encode(), engine_id)
    if user.privacy is Privacy.NONE:
        return Keys(authentication)
    password = user.privacy_password.encode()
    return Keys(authentication, privacy_key(user.authentication, user.privacy, password, engine_id))
