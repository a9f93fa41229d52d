"""A long walk of the collector sets aside what it met, and what became garbage since is found all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from web.garbage import WATCH, Watch, set_aside


class Part:
    """Two of them that know each other are a cycle."""

    def __init__(self) -> None:
        self.other: Part | None = None


@pytest.fixture(autouse=True)
def everything_is_taken_back() -> Iterator[None]:
    before = list(gc.callbacks)
    gc.callbacks.clear()  # a server that ran in this process before watches still
    gc.collect()
    gc.unfreeze()
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


def walked(thing: object) -> bool:
    return any(one is thing for one in gc.get_objects())


def test_what_a_long_walk_met_is_not_walked_again() -> None:
    gc.callbacks.append(Watch(long_s=0))
    kept = {"device": 1}
    kept["itself"] = kept
    assert walked(kept)
    gc.collect()
    assert not walked(kept)


def test_a_short_walk_and_one_of_the_young_set_nothing_aside() -> None:
    gc.callbacks.extend([Watch(long_s=3600), Watch(long_s=0)])
    gc.collect(1)
    del gc.callbacks[-1]
    gc.collect()
    assert gc.get_freeze_count() == 0


def test_what_became_garbage_after_it_was_set_aside_is_found_after_a_while() -> None:
    gc.callbacks.append(Watch(long_s=0, every=3))
    one, two = Part(), Part()
    one.other, two.other = two, one
    ghost = weakref.ref(one)
    gc.collect()
    del one, two
    for _ in range(2):
        gc.collect()
        assert ghost() is not None
    gc.collect()
    assert ghost() is None


def test_it_watches_once_however_often_a_server_starts() -> None:
    for _ in range(2):
        set_aside()
    assert gc.callbacks.count(WATCH) == 1
