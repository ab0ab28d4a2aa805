"""The same without await."""

from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

import assent
from assent import sync
from assent._portal import Closed, Portal

from .support import CAPABILITY, PATIENCE, ROOT, Market, Served


def test_it_is_what_the_tool_writes() -> None:
    command = [sys.executable, str(ROOT / "sdk/python/tools/facade.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_a_deal_without_await(node: Served, tmp_path: Path) -> None:
    keys = assent.Keyring(tmp_path / "keys")
    card = {"capabilities": [CAPABILITY]}
    with sync.Client(node.url) as client:
        buyer, seller = (
            client.register(name, organisation=keys.key(name.split("/")[0]), key=keys.key(name), card=card)
            for name in ("acme.example/buyer", "volt.example/seller")
        )
        acme = client.organisation("acme.example", keys.load("acme.example"))
        volt = client.organisation("volt.example", keys.load("volt.example"))
        volt.grant_consent(acme.request_consent("volt.example", ["provision"], "to trade"))
        assert [consent["standing"] for consent in acme.consents()] == ["GRANTED"]
        assert {it.agent for it in client.discover(capability=CAPABILITY)} == {buyer.name, seller.name}

        def sell() -> None:
            session = seller.next_invitation(PATIENCE)
            session.introduce()
            for message in session:
                if message.kind == "proposal":
                    session.accept(message)
                    session.fulfil("delivery", "the machines are yours")
            session.close("thank you")

        selling = threading.Thread(target=sell)
        selling.start()
        package = Market.package(Market(None, buyer, seller, acme, volt, keys), "1000 USD")  # type: ignore[arg-type]
        with buyer.open_session([seller.name], CAPABILITY) as session:
            session.propose(package, binding=True)
            for message in session:
                if message.kind == "fulfilment":
                    session.acknowledge("delivery")
                    session.close("all is well")
        selling.join(PATIENCE)
        assert not selling.is_alive()
        (commitment,) = buyer.commitments()
        assert commitment.state == "FULFILLED"
        assert assent.verify(buyer.bundle(commitment.id), client.key()).ok
        with pytest.raises(assent.Refused):
            buyer.commitment("sha256:" + "00" * 32)
        acme.open_account("USD")
        assert [it["available"]["amount"] for it in acme.account()["balances"]] == ["0"]
        disputed = buyer.file_dispute(commitment, "not-as-agreed", "half of it")
        assert disputed.wait_until({"SETTLING", "DECIDED", "CLOSED"}, PATIENCE)["claim"] == "half of it"
        assert [it["id"] for it in seller.disputes()] == [disputed.id]
        taken = seller.inbox().take(100)
        assert taken[0].message.type and taken[0].attempt == 1
        taken[0].confirm()


def test_nothing_is_left_when_a_node_is_not_there() -> None:
    before = threading.active_count()
    with pytest.raises(assent.Unreachable), sync.Client("http://127.0.0.1:9"):
        pass
    assert threading.active_count() == before


def alone(node: Served, tmp_path: Path) -> tuple[sync.Client, sync.Agent]:
    """An agent that nobody talks to."""
    keys, name = assent.Keyring(tmp_path / "keys"), "acme.example/buyer"
    client = sync.Client(node.url).__enter__()
    card = {"capabilities": [CAPABILITY]}
    return client, client.register(name, organisation=keys.key("acme.example"), key=keys.key(name), card=card)


def until_it_waits(client: sync.Client) -> None:
    """Waits until something is under way in the client's loop."""
    while not asyncio.all_tasks(client._portal._loop):
        time.sleep(0.01)


@pytest.mark.parametrize(
    "work",
    [
        lambda agent: agent.next_invitation(),
        lambda agent: next(iter(agent.inbox())),
        lambda agent: list(agent.events()),
    ],
    ids=["invitation", "inbox", "events"],
)
def test_who_waits_is_told_that_the_client_is_closed(
    node: Served, tmp_path: Path, work: Callable[[sync.Agent], object]
) -> None:
    client, agent = alone(node, tmp_path)
    told: list[BaseException] = []

    def wait() -> None:
        try:
            work(agent)
        except BaseException as error:
            told.append(error)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    until_it_waits(client)
    client.close()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    # Between two requests it is told the other.
    assert [type(error) for error in told] in ([assent.Unreachable], [Closed])
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        agent.next_invitation()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interruptions are heard, also where who started the tests has them ignored, as a shell does in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_interrupts_a_loop_is_told_nothing_else(node: Served, tmp_path: Path) -> None:
    client, agent = alone(node, tmp_path)
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(ended: threading.Event) -> None:
        until_it_waits(client)
        # As a person does who sees nothing happen: an interruption that meets a finaliser is ignored there.
        while not ended.is_set():
            signal.pthread_kill(main, signal.SIGINT)
            ended.wait(5)

    with client:
        for loop in (agent.inbox, agent.events):
            # Leaves a connection to go on with.
            assert agent.shown()["name"]
            ended = threading.Event()
            interrupting = threading.Thread(target=interrupt, args=(ended,))
            with pytest.raises(KeyboardInterrupt):
                interrupting.start()
                for _ in loop():
                    pass
            ended.set()
            interrupting.join()
            assert not asyncio.all_tasks(client._portal._loop)


async def numbers() -> AsyncGenerator[int, None]:
    for number in (1, 2, 3):
        await asyncio.sleep(0)
        yield number


def is_interrupted(step: int, work: Callable[[], object]) -> bool:
    """Does some work, with an interruption after so many steps of it; whether there were as many.

    A signal is heard when a function begins, and when one that is no Python returns.
    """
    left = step

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if event in ("call", "c_return") and Path(frame.f_code.co_filename).name in ("_portal.py", "threading.py"):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(look)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


def within_a_while(work: Callable[[], object]) -> bool:
    """Whether something is done at all."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return not thread.is_alive()


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize(
    "work",
    [lambda portal: portal.run(asyncio.sleep(0.01)), lambda portal: list(portal.iterate(numbers()))],
    ids=["once", "loop"],
)
def test_an_interruption_at_any_step_leaves_what_goes_on(work: Callable[[Portal], object]) -> None:
    portal = Portal()
    told: list[list[int]] = []
    for step in itertools.count():
        interrupted = is_interrupted(step, lambda: work(portal))
        assert within_a_while(lambda: told.append(list(portal.iterate(numbers())))), f"interrupted at step {step}"
        assert told.pop() == [1, 2, 3]
        if not interrupted:
            break
    assert step > 10
    portal.close()
    assert not portal._thread.is_alive()


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_an_interruption_at_any_step_of_the_closing_ends_it() -> None:
    for step in itertools.count():
        portal = Portal()
        interrupted = is_interrupted(step, portal.close)
        assert within_a_while(portal.close), f"interrupted at step {step}"
        assert within_a_while(portal._thread.join), f"interrupted at step {step}"
        if not interrupted:
            break
    assert step > 10


def test_garbage_that_is_collected_in_the_loop_keeps_nobody() -> None:
    portal = Portal()
    left = [portal.iterate(numbers())]
    assert next(left[0]) == 1

    async def collect() -> None:
        left.clear()

    portal.run(collect())
    assert portal.run(asyncio.sleep(0, 7)) == 7
    portal.close()
