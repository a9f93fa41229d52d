import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collectors.errors import DeviceDownError, PollerAwayError, SocketPathError
from collectors.metrics.scrape import Query, ScrapeServer, open_page, read_metrics, socket_path
from core.settings import Settings, StorageSettings

PAGE = [b"one 1\n", b"two 2\n" * 500_000]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage=StorageSettings(data=tmp_path))


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[ScrapeServer]:
    async def pages(_: Query) -> list[bytes]:
        return PAGE

    async def refusing(query: Query) -> list[bytes]:
        raise DeviceDownError(device=query["target"])

    found = ScrapeServer(socket_path(settings), {"/metrics": pages, "/snmp": refusing})
    await found.start()
    yield found
    await found.stop()


async def test_the_page_arrives_whole(settings: Settings, server: ScrapeServer) -> None:
    found = await asyncio.gather(*(asyncio.to_thread(read_metrics, settings) for _ in range(3)))
    assert all(page == b"".join(PAGE) for page in found)


async def test_a_reader_that_stops_reading_holds_nobody_up(settings: Settings, server: ScrapeServer) -> None:
    """The kernel's buffer is full of the first page while the second is served."""
    stuck = await asyncio.to_thread(open_page, settings, "/metrics")
    assert await asyncio.to_thread(read_metrics, settings) == b"".join(PAGE)
    assert sum(map(len, await asyncio.to_thread(list, stuck.pieces))) == stuck.length


async def test_a_reader_that_goes_away_is_let_go(settings: Settings, server: ScrapeServer) -> None:
    (await asyncio.to_thread(open_page, settings, "/metrics")).close()
    assert await asyncio.to_thread(read_metrics, settings) == b"".join(PAGE)


async def test_only_the_owner_may_open_the_socket(server: ScrapeServer) -> None:
    mode = (await asyncio.to_thread(server.path.stat)).st_mode
    assert stat.S_IMODE(mode) == 0o700


@pytest.mark.parametrize("request_text", [b"POST /metrics HTTP/1.0\r\n\r\n", b"x" * 9000, b"\r\n\r\n", b"GET"])
async def test_nothing_else_is_answered(server: ScrapeServer, request_text: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(str(server.path))
    writer.write(request_text)
    writer.write_eof()
    assert (await reader.read()).startswith(b"HTTP/1.0 404")
    writer.close()
    await writer.wait_closed()


async def test_a_socket_left_by_a_killed_poller_is_no_obstacle(settings: Settings, server: ScrapeServer) -> None:
    async def three(_: Query) -> list[bytes]:
        return [b"three 3\n"]

    again = ScrapeServer(server.path, {"/metrics": three})
    await again.start()
    assert await asyncio.to_thread(read_metrics, settings) == b"three 3\n"
    await again.stop()


async def test_an_error_arrives_as_what_it_was(settings: Settings, server: ScrapeServer) -> None:
    with pytest.raises(DeviceDownError) as caught:
        await asyncio.to_thread(open_page, settings, "/snmp", {"target": "核心 1"})
    assert caught.value.facts == {"device": "核心 1"}


async def test_a_page_that_is_cut_off_is_no_page(settings: Settings, server: ScrapeServer) -> None:
    """The poller was killed while it was sending."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nifHCInOctets 12")
        writer.close()
        await writer.wait_closed()

    await server.stop()
    dying = await asyncio.start_unix_server(half, str(server.path))
    page = await asyncio.to_thread(open_page, settings, "/metrics")
    with pytest.raises(PollerAwayError) as caught:
        await asyncio.to_thread(list, page.pieces)
    assert "cut off" in str(caught.value)
    dying.close()
    await dying.wait_closed()


def test_without_a_poller_the_error_says_so(settings: Settings) -> None:
    with pytest.raises(PollerAwayError) as caught:
        read_metrics(settings)
    assert "poller.sock" in str(caught.value)
    assert "guanjin up" in caught.value.render_hint()


def test_a_path_that_the_kernel_cannot_take_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError) as caught:
        socket_path(Settings(storage=StorageSettings(data=tmp_path / ("long" * 30))))
    assert "storage.data" in str(caught.value)
