import gc
import weakref
from collections.abc import Iterator

import pytest

from collectors.poller.garbage import look_through, set_aside


class Part:
    """Two of them that know each other are a cycle."""

    def __init__(self) -> None:
        self.other: Part | None = None


@pytest.fixture(autouse=True)
def everything_is_taken_back() -> Iterator[None]:
    yield
    gc.unfreeze()


def cycle() -> Part:
    one, two = Part(), Part()
    one.other, two.other = two, one
    return one


def test_what_was_set_aside_is_not_walked_again() -> None:
    kept = [{"port": number} for number in range(1000)]
    set_aside()
    walked = {id(one) for one in gc.get_objects()}
    assert not walked & {id(one) for one in kept}


def test_a_cycle_that_nobody_needs_is_freed_before_the_rest_is_set_aside() -> None:
    ghost = weakref.ref(cycle())
    set_aside()
    assert ghost() is None


def test_what_became_garbage_after_it_was_set_aside_is_found_once_it_is_looked_through() -> None:
    kept = cycle()
    ghost = weakref.ref(kept)
    set_aside()
    del kept
    set_aside()
    assert ghost() is not None
    look_through()
    set_aside()
    assert ghost() is None
