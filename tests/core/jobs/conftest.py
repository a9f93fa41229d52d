import pytest

from core.jobs import JobContext, Registry
from tests.core.jobs.clocks import StillClock


@pytest.fixture
def registry() -> Registry:
    """Kinds of one test, apart from the product's."""
    return Registry()


@pytest.fixture
def kinds(registry: Registry) -> Registry:
    """Two kinds that do nothing, in two queues."""

    def nothing(ctx: JobContext, args: object) -> None:
        return None

    registry.job("k")(nothing)
    registry.job("slow", queue="slow")(nothing)
    return registry


@pytest.fixture
def clock() -> StillClock:
    return StillClock()
