"""What the tests share: a real node in a process of its own, a market of two organisations, a relay that can misbehave."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import assent

#: How long anything may take that should come soon, in seconds.
PATIENCE = 60.0
ROOT = Path(__file__).parents[3]
CAPABILITY = "provision.compute.gpu"


def binary() -> str:
    """The program that is tested against."""
    return os.environ.get("ASSENT_BINARY") or str(ROOT / "target/debug/assent")


def clean() -> dict[str, str]:
    """The environment, without what it might say to the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ASSENT_")}


class Served:
    """A node on a folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self.start()

    def start(self, listen: str = "127.0.0.1:0") -> str:
        """Starts it, and waits until it says where it is."""
        command = [binary(), "serve", "--json", "--quiet", "--listen", listen, "--data", str(self.data)]
        environment = {**clean(), "ASSENT_LOG": "warn"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        assert self._process.stdout is not None
        return str(json.loads(self._process.stdout.readline())["url"])

    def kill(self) -> None:
        """Ends it without asking."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def restart(self) -> None:
        """Kills it, and starts it again where it was."""
        self.kill()
        assert self.start(self.url.removeprefix("http://")) == self.url


@dataclass
class Market:
    """Two organisations with an agent each and a consent between them."""

    client: assent.Client
    buyer: assent.Agent
    seller: assent.Agent
    acme: assent.Organisation
    volt: assent.Organisation
    keys: assent.Keyring

    def again(self, client: assent.Client, *, guard: assent.Guard | None = None) -> tuple[assent.Agent, assent.Agent]:
        """The same agents by another way to the node; the guard is the buyer's."""
        buyer, seller = self.buyer.name, self.seller.name
        return (
            client.agent(buyer, self.keys.load(buyer), guard=guard),
            client.agent(seller, self.keys.load(seller)),
        )

    async def session(
        self, buyer: assent.Agent | None = None, seller: assent.Agent | None = None
    ) -> tuple[assent.Session, assent.Session]:
        """A session that both are in, as each has it."""
        mine = await (buyer or self.buyer).open_session(self.seller.name, CAPABILITY, timeout=0)
        theirs = (seller or self.seller).session(mine.id)
        await theirs.introduce()
        await mine.wait_until("INTRODUCED", PATIENCE)
        return mine, theirs

    def package(self, price: str, **terms: object) -> assent.Package:
        """Eight GPUs for a day, owed by the seller."""
        obligation = assent.Obligation(
            id="delivery",
            what="eight GPUs for a day",
            debtor=self.seller.name,
            creditor=self.buyer.name,
            value=price,
            due=timedelta(hours=1),
        )
        return assent.Package([obligation], terms)


async def market(client: assent.Client, keys: assent.Keyring) -> Market:
    """Registers both sides and lets them talk."""
    buyer, seller = "acme.example/buyer", "volt.example/seller"
    card = {"capabilities": [CAPABILITY], "description": "trades in GPU hours"}
    agents = [
        await client.register(
            name,
            organisation=keys.key(name.split("/")[0]),
            key=keys.key(name),
            card=card,
        )
        for name in (buyer, seller)
    ]
    acme = client.organisation("acme.example", keys.load("acme.example"))
    volt = client.organisation("volt.example", keys.load("volt.example"))
    consent = await acme.request_consent("volt.example", ["provision.compute"], "to trade in GPU hours")
    await volt.grant_consent(consent)
    return Market(client, agents[0], agents[1], acme, volt, keys)


class Relay:
    """Stands between a client and a node: cuts connections, and changes words that pass."""

    def __init__(self, upstream: str) -> None:
        host, port = upstream.removeprefix("http://").split(":")
        self._upstream = (host, int(port))
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        #: Connections that were made so far.
        self.accepted = 0
        #: What is put in place of what, on the way to the client; of the same length.
        self.lie: tuple[bytes, bytes] | None = None
        #: Whether the next answer is lost, with its connection.
        self.losing = False
        #: Requests with these bytes are carried, and their answers lost with the connection.
        self.deaf: bytes | None = None
        #: Requests with these bytes are not carried: their connection is cut.
        self.barred: bytes | None = None
        # One for each that was cut for that.
        self._refused = asyncio.Semaphore(0)

    async def __aenter__(self) -> Relay:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()

    @property
    def url(self) -> str:
        assert self._server is not None
        return "http://127.0.0.1:" + str(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Cuts every connection there is; new ones are accepted."""
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def refusing(self, count: int) -> None:
        """Waits until so many more requests were cut."""
        for _ in range(count):
            await self._refused.acquire()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.accepted += 1
        self._open.add(task)
        # What is asked here and not to be answered.
        unheard = asyncio.Event()
        try:
            node_reader, node_writer = await asyncio.open_connection(*self._upstream)
            ways = [
                asyncio.ensure_future(self._ask(reader, node_writer, unheard)),
                asyncio.ensure_future(self._answer(node_reader, writer, unheard)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                node_writer.close()
        except (asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()
            self._open.discard(task)

    async def _ask(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, unheard: asyncio.Event) -> None:
        while piece := await source.read(1 << 20):
            if self.barred is not None and self.barred in piece:
                self._refused.release()
                return
            if self.deaf is not None and self.deaf in piece:
                unheard.set()
            sink.write(piece)
            await sink.drain()

    async def _answer(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, unheard: asyncio.Event) -> None:
        while piece := await source.read(1 << 20):
            if self.losing or unheard.is_set():
                self.losing = False
                return
            if self.lie is not None:
                piece = piece.replace(*self.lie)
            sink.write(piece)
            await sink.drain()
