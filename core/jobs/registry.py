"""Which function does which kind of job. Old versions of a handler stay registered until no job of theirs is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.jobs.errors import UnknownKindError
from core.jobs.values import Retry

if TYPE_CHECKING:
    from core.jobs.context import JobContext

Handler = Callable[["JobContext", Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Definition:
    kind: str
    version: int
    queue: str
    retry: Retry
    timeout_s: float | None
    handler: Handler


class Registry:
    def __init__(self) -> None:
        self._definitions: dict[tuple[str, int], Definition] = {}

    def job(
        self,
        kind: str,
        *,
        queue: str = "default",
        version: int = 1,
        retry: Retry = Retry(),  # noqa: B008  # a frozen value
        timeout_s: float | None = None,
    ) -> Callable[[Handler], Handler]:
        """Decorate `handler(ctx, args) -> JSON`. One kind and version has one handler."""

        def register(handler: Handler) -> Handler:
            if (kind, version) in self._definitions:
                raise ValueError(f"job kind {kind} version {version} is defined twice")
            self._definitions[kind, version] = Definition(kind, version, queue, retry, timeout_s, handler)
            return handler

        return register

    def newest(self, kind: str) -> Definition:
        """The definition that new jobs get. Raises UnknownKindError."""
        versions = [definition for definition in self._definitions.values() if definition.kind == kind]
        if not versions:
            raise UnknownKindError(kind=kind)
        return max(versions, key=lambda definition: definition.version)

    def find(self, kind: str, version: int) -> Definition | None:
        return self._definitions.get((kind, version))

    def get(self, kind: str, version: int) -> Definition:
        """Raises UnknownKindError."""
        try:
            return self._definitions[kind, version]
        except KeyError:
            raise UnknownKindError(kind=f"{kind} {version}") from None

    def known(self) -> tuple[tuple[str, int], ...]:
        return tuple(self._definitions)


REGISTRY = Registry()
job = REGISTRY.job
