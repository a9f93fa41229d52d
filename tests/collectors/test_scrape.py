import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from collectors.errors import PollerAwayError, SocketPathError
from collectors.scrape import MetricsServer, read_metrics, socket_path
from core.settings import Settings, StorageSettings

PAGE = [b"one 1\n", b"two 2\n" * 500_000]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage=StorageSettings(data=tmp_path))


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[MetricsServer]:
    def pages() -> Iterator[bytes]:
        yield from PAGE

    found = MetricsServer(socket_path(settings), pages)
    await found.start()
    yield found
    await found.stop()


async def test_the_page_arrives_whole(settings: Settings, server: MetricsServer) -> None:
    found = await asyncio.gather(*(asyncio.to_thread(read_metrics, settings) for _ in range(3)))
    assert all(page == b"".join(PAGE) for page in found)


async def test_only_the_owner_may_open_the_socket(server: MetricsServer) -> None:
    mode = (await asyncio.to_thread(server.path.stat)).st_mode
    assert stat.S_IMODE(mode) == 0o700


@pytest.mark.parametrize("request_text", [b"POST /metrics HTTP/1.0\r\n\r\n", b"x" * 9000, b"\r\n\r\n", b"GET"])
async def test_nothing_else_is_answered(server: MetricsServer, request_text: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(str(server.path))
    writer.write(request_text)
    writer.write_eof()
    assert (await reader.read()).startswith(b"HTTP/1.0 404")
    writer.close()
    await writer.wait_closed()


async def test_a_socket_left_by_a_killed_poller_is_no_obstacle(settings: Settings, server: MetricsServer) -> None:
    again = MetricsServer(server.path, lambda: [b"three 3\n"])
    await again.start()
    assert await asyncio.to_thread(read_metrics, settings) == b"three 3\n"
    await again.stop()


def test_without_a_poller_the_error_says_so(settings: Settings) -> None:
    with pytest.raises(PollerAwayError) as caught:
        read_metrics(settings)
    assert "poller.sock" in str(caught.value)
    assert "guanjin up" in caught.value.render_hint()


def test_a_path_that_the_kernel_cannot_take_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError) as caught:
        socket_path(Settings(storage=StorageSettings(data=tmp_path / ("long" * 30))))
    assert "storage.data" in str(caught.value)
