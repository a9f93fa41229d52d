"""What words of other systems mean here. A word with no certain meaning is asked for; it is never guessed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from inventory.foreign.errors import WordError
from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LineKind
from inventory.ledger import spellings
from inventory.ledger.formats import Format, Words
from inventory.ledger.sheets import DEVICES, LINES, REGIONS
from inventory.ledger.text import fold
from inventory.ledger.values import UnexpectedValueError, Value

ANY: Final = "*"
BETWEEN: Final = re.compile(r"[\s_./-]+")
TOLD: Final = re.compile(r"(?P<topic>[a-z]+):(?P<word>.+)=(?P<meaning>[^=]+)", re.DOTALL)
# The platforms that this program has drivers and profiles for under these names, and a UPS.
PLATFORMS: Final = frozenset({"huawei_vrp", "h3c_comware", "ruijie_rgos", "frr", "linux", "ups"})


class Topic(StrEnum):
    """What a word can be about; as it is typed behind --word."""

    ROLE = "role"
    CARRIER = "carrier"
    LINE = "line"
    LEVEL = "level"
    PLATFORM = "platform"


FORMATS: Final[Mapping[Topic, Format]] = {
    Topic.ROLE: DEVICES.column("role").format,
    Topic.CARRIER: LINES.column("carrier").format,
    Topic.LINE: LINES.column("kind").format,
    Topic.LEVEL: REGIONS.column("level").format,
    Topic.PLATFORM: DEVICES.column("platform").format,
}

# As people name their roles, providers, circuit types and platforms in these systems, folded and without - _ . and /.
MEANINGS: Final[Mapping[Topic, Mapping[str, Value]]] = {
    Topic.ROLE: {
        "core": DeviceRole.CORE_SWITCH,
        "coresw": DeviceRole.CORE_SWITCH,
        "distribution": DeviceRole.AGGREGATION_SWITCH,
        "distributionswitch": DeviceRole.AGGREGATION_SWITCH,
        "aggregation": DeviceRole.AGGREGATION_SWITCH,
        "aggsw": DeviceRole.AGGREGATION_SWITCH,
        "access": DeviceRole.ACCESS_SWITCH,
        "accesssw": DeviceRole.ACCESS_SWITCH,
        "edgeswitch": DeviceRole.ACCESS_SWITCH,
        "corerouter": DeviceRole.ROUTER,
        "edgerouter": DeviceRole.ROUTER,
        "fw": DeviceRole.FIREWALL,
        "ipcamera": DeviceRole.CAMERA,
        "nvr": DeviceRole.RECORDER,
    },
    Topic.CARRIER: {
        "chinatelecom": Carrier.TELECOM,
        "ct": Carrier.TELECOM,
        "chinamobile": Carrier.MOBILE,
        "cmcc": Carrier.MOBILE,
        "chinaunicom": Carrier.UNICOM,
        "cucc": Carrier.UNICOM,
        "chinabroadnet": Carrier.BROADNET,
        "cbn": Carrier.BROADNET,
    },
    Topic.LINE: {
        "darkfiber": LineKind.DARK_FIBRE,
        "mplsl3vpn": LineKind.MPLS_VPN,
        "lte": LineKind.CELLULAR,
        "internettransit": LineKind.INTERNET,
        "broadband": LineKind.INTERNET,
    },
    Topic.LEVEL: {},
    Topic.PLATFORM: {
        "huaweivrp": "huawei_vrp",
        "huawei": "huawei_vrp",
        "hwvrp": "huawei_vrp",
        "vrpv5": "huawei_vrp",
        "vrpv8": "huawei_vrp",
        "h3c": "h3c_comware",
        "h3ccomware": "h3c_comware",
        "hpcomware": "h3c_comware",
        "hpecomware": "h3c_comware",
        "comware7": "h3c_comware",
        "ruijie": "ruijie_rgos",
        "ruijieos": "ruijie_rgos",
        "ruijienetworks": "ruijie_rgos",
        "ruijiergos": "ruijie_rgos",
        "frrouting": "frr",
    },
}
# The ending of a region's name says its level: 青岚县, 城关镇.
ENDINGS: Final[Mapping[str, AdministrativeLevel]] = {
    "省": AdministrativeLevel.PROVINCE,
    "自治区": AdministrativeLevel.PROVINCE,
    "市": AdministrativeLevel.CITY,
    "自治州": AdministrativeLevel.CITY,
    "地区": AdministrativeLevel.CITY,
    "县": AdministrativeLevel.COUNTY,
    "镇": AdministrativeLevel.TOWNSHIP,
    "乡": AdministrativeLevel.TOWNSHIP,
    "街道": AdministrativeLevel.TOWNSHIP,
    "村": AdministrativeLevel.VILLAGE,
    "社区": AdministrativeLevel.VILLAGE,
}


@dataclass(frozen=True)
class Vocabulary:
    """The meanings that are known, and before them those that the person at the terminal told."""

    told: Mapping[tuple[Topic, str], Value] = field(default_factory=dict)

    def find(self, topic: Topic, *words: str) -> Value:
        """What the first word with a meaning means; None where none of them has one."""
        for word in words:
            if word and (found := self._of(topic, word)) is not None:
                return found
        return self.told.get((topic, ANY)) if any(words) else None

    def known(self, topic: Topic, word: str) -> bool:
        """Whether the word itself has a meaning, not only as one of all the others."""
        return self._of(topic, word) is not None

    def otherwise(self, topic: Topic) -> Value:
        """What is meant where the other system says nothing at all (--word 'role:*=...')."""
        return self.told.get((topic, ANY))

    def _of(self, topic: Topic, word: str) -> Value:
        key = _key(word)
        known = self.told.get((topic, key)) or MEANINGS[topic].get(key)
        if known is not None:
            return known
        if topic is Topic.PLATFORM:
            platform = _platform(word)
            return platform if platform in PLATFORMS else self.told.get((topic, ANY)) or platform
        return _parsed(topic, word) or (_level(word) if topic is Topic.LEVEL else None)


@dataclass(frozen=True)
class Told:
    """What a person said of one word; as text it is what is typed behind --word."""

    topic: Topic
    word: str
    meaning: Value

    def __str__(self) -> str:
        return f"{self.topic}:{self.word}={self.meaning}"


def told_words(texts: Iterable[str]) -> list[Told]:
    """From what was typed behind --word: topic:word=meaning. Raises WordError."""
    return [_told(text) for text in texts]


def joined(before: Iterable[str], told: Iterable[str]) -> list[str]:
    """What was said before, and what is told now in its place where both speak of one word. Raises WordError."""
    return [str(one) for one in {_about(one): one for one in told_words([*before, *told])}.values()]


def vocabulary(told: Iterable[str]) -> Vocabulary:
    """Of the usual meanings and what was typed behind --word. Raises WordError."""
    return Vocabulary({_about(one): one.meaning for one in told_words(told)})


def _about(one: Told) -> tuple[Topic, str]:
    return one.topic, ANY if one.word == ANY else _key(one.word)


def _told(text: str) -> Told:
    shape = TOLD.fullmatch(text.strip())
    topics = ", ".join(Topic)
    if shape is None or shape["topic"] not in set(Topic):
        raise WordError(text=text, topics=topics, meanings="...")
    topic = Topic(shape["topic"])
    meaning = _parsed(topic, shape["meaning"])
    if meaning is None:
        raise WordError(text=text, topics=topics, meanings=", ".join(meanings(topic)))
    return Told(topic, shape["word"], meaning)


def meanings(topic: Topic) -> tuple[str, ...]:
    """What may stand behind the =: words of a vocabulary, or names of platforms."""
    known = FORMATS[topic]
    return tuple(known.kind) if isinstance(known, Words) else tuple(sorted(PLATFORMS))


def _key(word: str) -> str:
    return BETWEEN.sub("", fold(word))


def _parsed(topic: Topic, word: str) -> Value:
    """By its label in either language or its stored value, also where it is written with hyphens."""
    for text in (word, BETWEEN.sub("_", word.strip()), BETWEEN.sub("", word)):
        try:
            return FORMATS[topic].parse(text)
        except UnexpectedValueError:
            continue
    return None


def _platform(word: str) -> str:
    """The ledger's spelling of it, or the word itself, in small letters as all platforms are."""
    return spellings.PLATFORMS.get(fold(word), word.casefold())


def _level(name: str) -> Value:
    endings = sorted(ENDINGS, key=len, reverse=True)
    ending = next((one for one in endings if name.endswith(one) and len(name) > len(one)), None)
    return ENDINGS[ending] if ending else None
