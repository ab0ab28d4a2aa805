"""An account with money that is held for a deal, and disputes about one."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

import assent

from .support import PATIENCE, Market, Served, binary, clean


def operator(node: Served, tmp_path: Path, *words: str) -> None:
    """Whoever runs the node says what became of money."""
    home = ["--home", str(tmp_path / "operator"), "--node", node.url]
    command = [binary(), *home, "account", *words, "--data", str(node.data)]
    subprocess.run(command, check=True, env=clean(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def test_an_account_takes_in_and_pays_out(node: Served, traders: Market, tmp_path: Path) -> None:
    acme = traders.acme
    with pytest.raises(assent.Refused, match="NOT_FOUND"):
        await acme.account()
    await acme.open_account("USD")
    await acme.open_account("EUR")
    await acme.deposit("3000 USD", "order 7")
    waiting = (await acme.account())["transfers"]
    assert [(it["direction"], it["amount"]["amount"], it["reference"]) for it in waiting] == [
        ("deposit", "3000", "order 7")
    ]
    operator(node, tmp_path, "credit", "acme.example", "--evidence", "bank list")
    with pytest.raises(assent.Refused, match="INSUFFICIENT_FUNDS"):
        await acme.withdraw("3000.01 USD", "iban:DE02")
    await acme.withdraw("1000 USD", "iban:DE02")
    balances = {it["available"]["currency"]: it for it in (await acme.account())["balances"]}
    assert balances["USD"]["available"]["amount"] == "2000"
    assert balances["USD"]["withdrawing"]["amount"] == "1000"
    assert balances["EUR"]["available"]["amount"] == "0"
    assert [it["amount"]["amount"] async for it in acme.account_entries()] == ["1000", "3000"]


async def contested(traders: Market) -> assent.Commitment:
    """A deal whose delivery is not what was agreed, as its buyer says."""
    buyer, seller = await traders.session()
    await buyer.propose(traders.package("100 USD"), binding=True)
    await seller.view()
    await seller.accept()
    await seller.fulfil("delivery", "the machines are yours")
    await buyer.view()
    await buyer.contest("delivery", "four of eight do not start")
    return await buyer.commitment()


async def test_two_sides_end_a_dispute_by_settling(traders: Market, tmp_path: Path) -> None:
    commitment = await contested(traders)
    buyer, seller = traders.buyer, traders.seller
    complaint = next(it for it in await buyer.session(commitment.session).messages() if it.kind == "contest")
    filed = await buyer.file_dispute(
        commitment, "not-as-agreed", "half of it", obligation="delivery", amount="50 USD", evidence=[complaint]
    )
    assert [it["id"] async for it in seller.disputes()] == [filed.id]
    assert [it["id"] async for it in traders.volt.disputes()] == [filed.id]
    answered = seller.dispute(filed.id)
    await answered.wait_until("SETTLING", PATIENCE)
    log = assent.file_exhibit(b"all eight started", "as it left us")
    await answered.respond("they started here", admit=False, evidence=[log])
    await filed.show_evidence(assent.file_exhibit(b"photos", "as it came"))
    with pytest.raises(assent.Missing, match="no offer"):
        await filed.settle("agreed")
    await answered.offer("partly", "let us share it", "20 USD")
    with pytest.raises(assent.Missing):
        await answered.settle("one's own")
    with pytest.raises(assent.Missing, match="20"):
        await filed.settle("agreed", amount="30 USD")
    await filed.settle("agreed", amount="20 USD")
    shown = await filed.wait_until("CLOSED", PATIENCE)
    with pytest.raises(assent.TimedOut):
        await filed.wait_until("SETTLING", 0)
    assert (shown["verdict"]["outcome"], shown["verdict"]["amount"]["amount"]) == ("partly", "20")
    assert len(shown["evidence"]) == 3
    case = tmp_path / "case.json"
    case.write_bytes(await filed.bundle())
    verify = [binary(), "verify", str(case), "--node-key", await traders.client.key()]
    assert await asyncio.to_thread(subprocess.call, verify, env=clean(), stdout=subprocess.DEVNULL) == 0


async def test_a_guard_is_asked_of_disputes(traders: Market) -> None:
    commitment = await contested(traders)
    filed = await traders.buyer.file_dispute(commitment, "not-as-agreed", "half of it")
    assert (await filed.wait_until({"SETTLING", "CLOSED"}, PATIENCE))["phase"] == "SETTLING"
    _, seller = traders.again(traders.client)
    key = traders.keys.load(seller.name)

    def guarded(policy: assent.Policy) -> assent.Dispute:
        return traders.client.agent(seller.name, key, guard=assent.PolicyGuard(policy)).dispute(filed.id)

    careful = guarded(assent.Policy(binding_needs_person=True))
    for binding in (careful.respond("yes", admit=True), careful.offer("upheld", "all of it", "100 USD")):
        with pytest.raises(assent.Forbidden, match="a person has to decide"):
            await binding
    elsewhere = guarded(assent.Policy(counterparties=frozenset({"other.example"})))
    with pytest.raises(assent.Forbidden, match=r"acme\.example/buyer is nobody"):
        await elsewhere.respond("no", admit=False)
    assert (await filed.shown()).get("response") is None
    await careful.respond("no", admit=False)
    assert (await filed.shown())["response"]["accepts"] is False


async def test_whose_dispute_it_is_has_to_be_clear(traders: Market) -> None:
    commitment = await contested(traders)
    with pytest.raises(assent.Missing, match="nothing of it"):
        await traders.seller.file_dispute(commitment, "late", "they owe nothing")
    with pytest.raises(assent.Missing, match="nothing of it"):
        await traders.buyer.file_dispute(commitment, "late", "no such thing", obligation="nothing")
    # Who owes it can file about it, too.
    assert (await traders.seller.file_dispute(commitment, "not-as-agreed", "they all start", obligation="delivery")).id
