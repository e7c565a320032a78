"""A bad line: hands bytes on between two sockets of this machine, late, slowly, and until it is cut."""

import asyncio
from threading import Thread
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 1024


class Relay:
    """Listens on 127.0.0.1 in a thread of its own and hands on to a port of this machine."""

    def __init__(self, port: int, *, delay: float = 0.0, rate: float = 0.0) -> None:
        """`delay`: seconds each way; `rate`: bytes a second each way, 0 for as many as there are."""
        self._port = port
        self._delay = delay
        self._rate = rate
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        """Where it listens."""
        self.sent = 0
        """Bytes handed on from the port to whoever called."""

    def __enter__(self) -> Self:
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self._server = server
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """End all connections at once; neither side is told goodbye."""

        async def abort() -> None:
            for writer in self._writers:
                writer.transport.abort()
            self._writers.clear()

        asyncio.run_coroutine_threadsafe(abort(), self._loop).result()

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, far_writer]
        for task in (self._pass_on(reader, far_writer, 0), self._pass_on(far_reader, writer, 1)):
            made = self._loop.create_task(task)
            self._tasks.add(made)
            made.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: int) -> None:
        """Each piece leaves when the one before has, and arrives so much later."""
        free = 0.0
        try:
            while data := await reader.read(_PIECE):
                now = self._loop.time()
                free = max(now, free) + (len(data) / self._rate if self._rate else 0.0)
                self._loop.call_at(free + self._delay, writer.write, data)
                self.sent += back * len(data)
                # What waits on the line is no more than a second's worth: whoever sends feels it.
                if (ahead := free - now) > 1:
                    await asyncio.sleep(ahead - 1)
        except OSError:
            pass
        finally:
            self._loop.call_later(self._delay, writer.transport.abort)
