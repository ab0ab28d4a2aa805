"""Sessions that the node cannot read: sealed, opened and judged without being asked."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import assent
from assent import _core, _files, _node, _party

from .support import CAPABILITY, PATIENCE, Market, Relay, Served, binary, clean

#: What is in words of both modes alone.
WORDS = ("eight GPUs for a day", "the machines are yours", "all is well")


async def session(
    traders: Market,
    mode: str = "sealed",
    *,
    buyer: assent.Agent | None = None,
    seller: assent.Agent | None = None,
) -> tuple[assent.Session, assent.Session]:
    """A session in this mode that both are in."""
    mine = await (buyer or traders.buyer).open_session(traders.seller.name, CAPABILITY, mode=mode, timeout=0)
    theirs = (seller or traders.seller).session(mine.id)
    await theirs.introduce()
    await mine.wait_until("INTRODUCED", PATIENCE)
    return mine, theirs


def holding(folder: Path, secret: str) -> list[str]:
    """The files below a folder in which a text is, as it is or in hexadecimal digits or UTF-16."""
    spellings = (secret.encode(), secret.encode().hex().encode(), secret.encode("utf-16-le"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(spelling in path.read_bytes() for spelling in spellings)]


def break_next(session: assent.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the session says next commits to something else than what is sealed."""
    seal = session._channel.seal

    async def wrong(known: _core.Known, type: str, body: str) -> tuple[str, str | None]:
        shown, sealed = await seal(known, type, body)
        monkeypatch.undo()
        return shown, json.dumps({**json.loads(sealed or ""), "commitment": _core.digest(b"something else")})

    monkeypatch.setattr(session._channel, "seal", wrong)


async def last(session: assent.Session) -> assent.Message:
    return (await session.messages())[-1]


async def outlined(session: assent.Session) -> assent.View:
    """The session as the node knows it."""
    return assent.View._of(await session._party.get(session._path()))


@pytest.mark.parametrize("mode", ["sealed", "hybrid"])
async def test_a_deal_binds_and_the_node_has_no_word_of_it(traders: Market, node: Served, mode: str) -> None:
    async def buy() -> assent.Session:
        opening = traders.buyer.open_session([traders.seller.name], CAPABILITY, mode=mode)
        async with opening as session:
            await session.propose(traders.package("1000.25 USD"), reasoning="as ever")
            async for message in session:
                if message.is_mine:
                    continue
                assert message.unreadable is None
                if message.type == "COUNTER":
                    assert message.sealed
                    (offered,) = message.packages
                    assert offered.owed_by(traders.seller.name) == {"USD": Decimal("1150.75")}
                    assert (await session.view()).offers[0].package.hash == offered.hash
                    await session.accept(message)
                elif message.kind == "fulfilment":
                    assert message.body["evidence"]["text"] == "the machines are yours"
                    await session.acknowledge("delivery")
                    await session.close("all is well")
            return session

    async def sell() -> assent.Session:
        session = await traders.seller.next_invitation(PATIENCE)
        assert await session.mode() == mode
        await session.introduce()
        async for message in session:
            if message.is_mine:
                continue
            if message.type == "PROPOSE" and message.kind == "proposal":
                assert message.text == "as ever"
                await session.counter(traders.package("1150.75 USD"), binding=True)
            elif message.type == "ACCEPT":
                await session.fulfil("delivery", "the machines are yours")
        await session.close("thank you")
        return session

    mine, theirs = await asyncio.wait_for(asyncio.gather(buy(), sell()), PATIENCE)
    for side in (mine, theirs):
        view = await side.view()
        assert (view.mode, view.state, view.commitments[0].state) == (mode, "CLOSED", "FULFILLED")
        (duty,) = view.commitments[0].obligations
        assert (duty["what"], duty["value"]) == ("eight GPUs for a day", {"amount": "1150.75", "currency": "USD"})
        assert [it.text for it in await side.messages() if it.type == "CLOSE"] == ["all is well", "thank you"]
    (duty,) = (await outlined(mine)).commitments[0].obligations
    shown = {"amount": "0", "currency": "XXX"} if mode == "sealed" else {"amount": "1150.75", "currency": "USD"}
    assert (duty["what"], duty["value"]) == ("", shown)
    report = assent.verify(await mine.bundle(), anchors=await traders.client.key())
    assert report.ok
    for secret in (*WORDS, "as ever", "thank you", *(("1150.75", "1000.25") if mode == "sealed" else ())):
        assert holding(node.data, secret) == [], secret
    # The search finds what is there: who takes part is no secret.
    assert holding(node.data, "agent://volt.example/seller") != []


async def test_terms_are_agreed_on_by_the_hash_of_what_was_salted(traders: Market) -> None:
    mine, theirs = await session(traders)
    package = traders.package("900 USD")
    await mine.propose(package)
    offer = (await theirs.view()).offers[0]
    assert offer.package.hash in mine._packages
    assert offer.package.hash != package.fixed(0).hash
    await theirs.accept(offer)
    view = await mine.view()
    assert view.agreed == [offer.package.hash]
    await mine.commit()
    await theirs.view()
    await theirs.accept()
    assert (await mine.view()).commitments[0].terms_hash == offer.package.hash


async def test_who_lost_its_vault_is_taken_in_again_and_reads_what_comes_then(traders: Market, tmp_path: Path) -> None:
    mine, theirs = await session(traders)
    await mine.say("before")
    assert (await last(theirs)).text == "before"
    name = traders.seller.name
    again = traders.client.agent(name, traders.keys.load(name), vault=tmp_path / "new").session(mine.id)
    before = await last(again)
    assert (before.sealed, before.unreadable, before.body) == (True, "CONTENT_UNOPENED", {"kind": "note"})
    assert before.text == ""
    await again.say("after")
    assert (await again.view()).raw["channel"]["epoch"] == 2
    assert (await last(mine)).text == "after"
    await mine.say("and on")
    heard = {it.text: it.unreadable for it in await again.messages() if it.kind == "note"}
    assert heard == {"": "CONTENT_UNOPENED", "after": None, "and on": None}


async def test_a_vault_on_the_disk_outlives_the_program(traders: Market, node: Served) -> None:
    mine, theirs = await session(traders)
    await mine.say("one")
    async with assent.Client(node.url) as client:
        buyer, seller = traders.again(client)
        assert buyer._vault is not traders.buyer._vault
        await buyer.session(mine.id).say("two")
        await seller.session(mine.id).say("three")
    await theirs.messages()
    await theirs.say("four")
    for side in (mine, theirs):
        notes = [it for it in await side.messages() if it.kind == "note"]
        assert [it.text for it in notes] == ["one", "two", "three", "four"]
    assert (await mine.view()).raw["channel"]["epoch"] == 1
    kept = traders.keys.folder.parent / "vaults"
    assert len(list(kept.iterdir())) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept.rglob("*"))


async def test_keys_without_a_folder_have_a_vault_in_memory(traders: Market) -> None:
    name = traders.buyer.name
    key = assent.AgentKey.from_seed(traders.keys.load(name).seed())
    buyer = traders.client.agent(name, key)
    mine, theirs = await session(traders, buyer=buyer)
    await mine.say("hello")
    assert [it.text for it in await traders.client.agent(name, key).session(mine.id).messages()][-1] == "hello"
    assert (await last(theirs)).text == "hello"
    assert len(list((traders.keys.folder.parent / "vaults").iterdir())) == 1
    assert repr(buyer._vault) == f"<Vault of {name}>"


async def test_an_open_session_needs_no_vault(traders: Market) -> None:
    mine, theirs = await traders.session()
    await mine.say("hello")
    heard = await last(theirs)
    assert (heard.text, heard.sealed, heard.unreadable) == ("hello", False, None)
    assert not (traders.keys.folder.parent / "vaults").exists()


async def test_what_cannot_be_read_is_told_and_not_agreed_to(traders: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = await session(traders)
    break_next(theirs, monkeypatch)
    await theirs.propose(traders.package("900 USD"), binding=True)
    offered = await last(mine)
    assert (offered.type, offered.unreadable, offered.packages) == ("PROPOSE", "COMMITMENT_MISMATCH", [])
    (offer,) = (await mine.view()).offers
    assert offer.package.hidden
    head = (await outlined(mine)).head
    with pytest.raises(assent.Unreadable) as unread:
        await mine.speak("ACCEPT", {"kind": "acceptance", "termsHash": next(iter(offer.packages))}, offer)
    assert unread.value.code == "CONTENT_UNOPENED"
    told = [it for it in await theirs.messages() if it.kind == "unreadable"]
    assert [(it.body["code"], it.in_reply_to, it.sequence) for it in told] == [
        ("COMMITMENT_MISMATCH", offered.hash, head[0] + 1)
    ]
    assert (await outlined(mine)).head == (told[0].sequence, told[0].hash)
    await mine.view()
    await mine.say("say it again")
    assert [it.kind for it in (await theirs.messages())[-2:]] == ["unreadable", "note"]


async def test_the_guard_judges_what_was_opened(traders: Market) -> None:
    name = traders.buyer.name
    guard = assent.PolicyGuard(assent.Policy(takes_max="1000 USD"))
    buyer = traders.client.agent(name, traders.keys.load(name), guard=guard)
    mine, theirs = await session(traders, buyer=buyer)
    head = (await mine.view()).head
    with pytest.raises(assent.Forbidden, match="at most"):
        await mine.propose(traders.package("1000.01 USD"))
    # Not even a group was made for it.
    assert (await mine.view()).head == head
    await theirs.propose(traders.package("1500 USD"), binding=True)
    offer = (await mine.view()).offers[0]
    with pytest.raises(assent.Forbidden, match="at most"):
        await mine.accept()
    with pytest.raises(assent.Forbidden, match="at most"):
        await mine.speak("ACCEPT", {"kind": "acceptance", "termsHash": offer.package.hash}, offer)
    await mine.counter(traders.package("1000 USD"), binding=True)
    await theirs.view()
    await theirs.accept()
    assert (await mine.view()).state == "EXECUTING"


async def test_nothing_is_said_on_what_was_not_read(traders: Market) -> None:
    mine, theirs = await session(traders)
    await mine.propose(traders.package("900 USD"))
    await theirs.view()
    await mine.say("one moment")
    with pytest.raises(assent.Conflict) as conflict:
        await theirs.counter(traders.package("950 USD"))
    assert conflict.value.head == (await mine.view()).head
    # Words mean the same wherever they stand; and who has read it may go on.
    await theirs.say("gladly")
    await theirs.counter(traders.package("950 USD"))
    assert (await mine.view()).offers[0].package.owed_by(theirs.agent.name) == {"USD": 950}


async def test_both_may_speak_at_once(traders: Market) -> None:
    mine, theirs = await session(traders)
    says = [side.say(f"{number}") for number in range(3) for side in (mine, theirs)]
    await asyncio.wait_for(asyncio.gather(*says), PATIENCE)
    for side in (mine, theirs):
        notes = [it for it in await side.messages() if it.kind == "note"]
        assert sorted(it.text for it in notes) == ["0", "0", "1", "1", "2", "2"]
        assert not any(it.unreadable for it in notes)


async def test_programs_that_share_a_vault_come_to_one_group(traders: Market, node: Served) -> None:
    mine, theirs = await session(traders)
    async with assent.Client(node.url) as client:
        others = [agent.session(mine.id) for agent in traders.again(client)]
        says = [side.say("at once") for side in (mine, theirs, *others)]
        await asyncio.wait_for(asyncio.gather(*says), PATIENCE)
        for side in (mine, *others, theirs):
            await side.say(f"by {side.agent.name}")
            for other in (mine, theirs, *others):
                assert (await last(other)).text == f"by {side.agent.name}"


async def test_the_inbox_and_the_events_are_opened_too(traders: Market) -> None:
    start = await traders.client.size()
    mine, _ = await session(traders)
    await mine.say("for the inbox")
    taken = [it for it in await traders.seller.inbox(start=start).take(100) if it.kind == "note"]
    assert [(it.text, it.sealed, it.attempt) for it in taken] == [("for the inbox", True, 1)]
    assert taken[0].open().id == mine.id

    async def heard() -> assent.Message:
        async for message in traders.seller.events(start):
            if message.kind == "note":
                return message
        raise AssertionError

    assert (await asyncio.wait_for(heard(), PATIENCE)).text == "for the inbox"


async def test_the_mode_is_not_taken_by_the_nodes_word(traders: Market, node: Served) -> None:
    mine, _ = await session(traders)
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        relay.lie = (b'"mode":"sealed"', b'"mode":"hybrid"')
        with pytest.raises((assent.Unverified, assent.BadAnswer)):
            await traders.again(client)[0].session(mine.id).say("a secret")
    assert all(it.kind != "note" for it in await mine.messages())


async def test_the_command_line_and_this_package_share_a_vault(traders: Market, node: Served, tmp_path: Path) -> None:
    mine, theirs = await session(traders)
    await theirs.say("from Python")

    def command(*arguments: str) -> str:
        whose = ["--home", str(tmp_path), "--node", node.url, "--as", traders.seller.name]
        ran = subprocess.run(
            [binary(), *arguments, *whose], env=clean(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "from Python" in await asyncio.to_thread(command, "session", "show", mine.id, "--messages")
    await asyncio.to_thread(command, "session", "say", mine.id, "inform", "--text", "from the command line")
    assert (await last(mine)).text == "from the command line"
    await theirs.say("and on")
    assert (await last(mine)).text == "and on"
    assert (await mine.view()).raw["channel"]["epoch"] == 1


async def test_a_key_that_cannot_seal_says_so(traders: Market, tmp_path: Path) -> None:
    traders.keys.load(traders.buyer.name)
    scalar = assent.AgentKey(_core.SecretKey.from_scalar(bytes(31) + b"\x07"))
    await traders.buyer.rotate_key(scalar)
    with pytest.raises(assent.VaultFault, match="Ed25519"):
        await traders.buyer.open_session(traders.seller.name, CAPABILITY, mode="sealed", timeout=0)
    (tmp_path / "file").write_text("")
    traders.seller._vault = _core.Vault(traders.seller.name, tmp_path / "file")
    with pytest.raises(assent.VaultFault, match="file"):
        await traders.seller.publish_packages()


async def test_what_is_due_is_known_to_the_members_alone(traders: Market) -> None:
    mine, theirs = await session(traders)
    duty = assent.Obligation("delivery", "soon", theirs.agent.name, mine.agent.name, "9 USD", timedelta(hours=1))
    await mine.propose(assent.Package([duty], {"price": "9"}), binding=True)
    await theirs.view()
    await theirs.accept()
    (commitment,) = (await mine.view()).commitments
    assert commitment.terms == {"price": "9"}
    assert commitment.obligations[0]["due"] > await traders.client.after(timedelta(minutes=50))
    assert "due" not in (await outlined(mine)).commitments[0].obligations[0]


async def test_a_file_goes_in_chunks_that_the_node_cannot_open(traders: Market, node: Served, tmp_path: Path) -> None:
    mine, theirs = await session(traders)
    content = b"drawings of the engine " * 60_000
    source, target = tmp_path / "engine.pdf", tmp_path / "fetched.pdf"
    source.write_bytes(content)
    await theirs.send_file(source, "the drawings")
    heard = await last(mine)
    assert (heard.kind, heard.text, heard.sealed) == ("file", "the drawings", True)
    assert (heard.body["file"]["name"], heard.body["file"]["mediaType"]) == ("engine.pdf", "application/pdf")
    assert heard.body["file"]["size"] == len(content)
    # As after an attempt that broke off.
    part = tmp_path / "fetched.pdf.part"
    part.write_bytes(content[:1_100_000])
    part.chmod(0o600)
    assert await mine.fetch_file(heard, target) == target
    assert (target.read_bytes() == content, part.exists(), target.stat().st_mode & 0o777) == (True, False, 0o600)
    assert holding(node.data, "drawings of the engine") == []
    # Sent again it has the same chunks, and none is put a second time.
    put: list[str] = []
    inner = theirs._party.put

    async def counted(path: str, content: bytes) -> None:
        put.append(path)
        await inner(path, content)

    theirs._party.put = counted  # type: ignore[method-assign]
    await theirs.send_file(source, "once more", name="again.bin", media_type="application/octet-stream")
    again = (await last(mine)).body["file"]
    assert (again["chunks"], again["name"], put) == (heard.body["file"]["chunks"], "again.bin", [])


async def test_a_file_that_cannot_be_sent_or_fetched_says_why(traders: Market, node: Served, tmp_path: Path) -> None:
    mine, theirs = await session(traders)
    (tmp_path / "empty").write_bytes(b"")
    for name, fault in (("empty", "FILE_EMPTY"), ("missing", "FILE_UNREADABLE")):
        with pytest.raises(assent.FileFault) as refused:
            await mine.send_file(tmp_path / name)
        assert refused.value.fault == fault
    (tmp_path / "note").write_bytes(b"a secret note")
    opened, _ = await traders.session()
    with pytest.raises(assent.Missing, match="open session"):
        await opened.send_file(tmp_path / "note")
    waiting = await traders.buyer.open_session(traders.seller.name, CAPABILITY, mode="sealed", timeout=0)
    with pytest.raises(assent.Missing, match="nobody has come in"):
        await waiting.send_file(tmp_path / "note")
    await mine.say("no file")
    with pytest.raises(assent.Missing, match="no file"):
        await theirs.fetch_file(await last(theirs), tmp_path / "none")
    await mine.send_file(tmp_path / "note")
    heard = await last(theirs)
    # What others could have put there is not gone on with.
    (tmp_path / "fetched.part").symlink_to(tmp_path / "note")
    with pytest.raises(assent.FileFault) as refused:
        await theirs.fetch_file(heard, tmp_path / "fetched")
    assert (refused.value.fault, (tmp_path / "note").read_bytes()) == ("FILE_UNWRITABLE", b"a secret note")
    # A node that gives another chunk.
    async with Relay(node.url) as relay, assent.Client(relay.url) as client:
        seller = traders.again(client)[1]
        there = seller.session(mine.id)
        await there.messages()

        async def other(*_: object, **__: object) -> bytes:
            return b"another chunk"

        there._party.ask = other  # type: ignore[method-assign]
        with pytest.raises(assent.Unverified, match="another's digest"):
            await there.fetch_file(heard, tmp_path / "other")
    assert not (tmp_path / "other").exists()


async def test_what_was_sealed_is_shown_to_one_key_and_proved_there(traders: Market) -> None:
    mine, theirs = await session(traders)
    await mine.say("between us")
    await mine.propose(traders.package("2400 USD"), binding=True)
    await theirs.view()
    offer = (await theirs.view()).offers[0]
    await theirs.accept(offer)
    await mine.view()
    note = next(it for it in await mine.messages() if it.text == "between us")
    bundle = await mine.bundle()
    judge, other = assent.AgentKey.generate(), assent.AgentKey.generate()
    shown = await mine.disclose(bundle, [offer.id], to=judge.id)
    report = assent.verify(shown, anchors=await traders.client.key(), keys=[other, judge])
    assert report.ok
    (disclosed,) = report.disclosed
    assert (disclosed["statement"], disclosed["issuer"], disclosed["type"]) == (offer.id, mine.agent.name, "PROPOSE")
    assert disclosed["body"]["packages"][0]["obligations"][0]["value"] == {"amount": "2400", "currency": "USD"}
    proved = {it.rule: it.verdict for it in report.checks}
    assert (proved["disclosed"], proved["disclosed-terms"]) == ("proved", "proved")
    assert [it.statement for it in report.checks if it.rule == "disclosed"] == [offer.id]
    for keys in ([], [other]):
        blind = assent.verify(shown, keys=keys)
        assert (blind.ok, blind.disclosed) == (True, [])
    assert b"2400" not in shown
    # To an agent: to the keys that sign for it.
    shown = await mine.disclose(shown, [note], to=traders.seller.name)
    opened = assent.verify(shown, keys=[traders.keys.load(traders.seller.name)]).disclosed
    assert [it["body"] for it in opened] == [{"kind": "note", "text": "between us"}]
    # A byte that is another is found.
    raw = json.loads(shown)
    content = raw["disclosures"][0]["content"]
    raw["disclosures"][0]["content"] = ("A" if content[0] != "A" else "B") + content[1:]
    changed = json.dumps(raw, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    keys = [judge, traders.keys.load(traders.seller.name)]
    assert not assent.verify(changed, keys=keys).ok
    assert assent.verify(shown, keys=keys).ok


async def test_what_cannot_be_disclosed_says_why(traders: Market) -> None:
    mine, theirs = await session(traders)
    await mine.propose(traders.package("900 USD"), binding=True)
    await theirs.view()
    await theirs.accept()
    await mine.view()
    bundle = await mine.bundle()
    await mine.say("after the proof was made")
    said = await mine.messages()
    judge = assent.AgentKey.generate()
    with pytest.raises(assent.Missing, match="not in the bundle"):
        await mine.disclose(bundle, [said[-1]], to=judge.id)
    with pytest.raises(assent.Missing, match="message 0 was not sealed"):
        await mine.disclose(bundle, [said[0]], to=judge.id)
    with pytest.raises(assent.Missing, match="not said in this session"):
        await mine.disclose(bundle, [_core.digest(b"never")], to=judge.id)
    scalar = assent.AgentKey(_core.SecretKey.from_scalar(bytes(31) + b"\x07"))
    with pytest.raises(assent.Missing, match="Ed25519"):
        await mine.disclose(bundle, [said[-1]], to=scalar.id)
    with pytest.raises(assent.Missing, match="no message is named"):
        await mine.disclose(bundle, [], to=judge.id)
    for nobody in ("", "a judge", "did:key:zNone", "agent://volt.example", "volt.example/", "acme.example/Who?"):
        with pytest.raises(ValueError, match="to: neither an agent"):
            await mine.disclose(bundle, [said[-1]], to=nobody)
    with pytest.raises(assent.Unverified) as unverified:
        await mine.disclose(b"no bundle", [said[-1]], to=judge.id)
    assert "answer" not in str(unverified.value)
    # One message is as good as a list of one.
    offered = next(it for it in said if it.type == "PROPOSE" and it.sealed)
    for one in (offered, offered.hash):
        assert b'"disclosures"' in await mine.disclose(bundle, one, to=judge.id)


async def test_a_dispute_is_shown_what_was_sealed(traders: Market) -> None:
    mine, theirs = await session(traders)
    await mine.propose(traders.package("900 USD"), binding=True)
    await theirs.view()
    offer = (await theirs.view()).offers[0]
    await theirs.accept(offer)
    (commitment,) = (await mine.view()).commitments
    await theirs.fulfil(commitment.obligations[0]["id"], "here they are")
    fulfilment = await last(mine)
    await mine.contest(commitment.obligations[0]["id"], "half of them")
    judge = assent.AgentKey.generate()
    with pytest.raises(assent.Missing, match="to whom"):
        await mine.agent.file_dispute(commitment, "not-as-agreed", "half of them", disclose=[fulfilment])
    case = await mine.agent.file_dispute(
        commitment, "not-as-agreed", "half of them", amount="450 USD", disclose=[fulfilment], disclose_to=judge.id
    )
    await case.wait_until("SETTLING", PATIENCE)
    there = theirs.agent.dispute(case.id)
    await there.respond("all of them", admit=False, disclose=[await last(theirs)], disclose_to=judge.id)
    offered = next(it for it in await mine.messages() if it.hash == offer.id)
    await case.show_evidence(disclose=[offered], disclose_to=judge.id)
    report = assent.verify(await case.bundle(), anchors=await traders.client.key(), keys=[judge])
    assert report.ok
    kinds = {it["statement"]: it["body"].get("kind") for it in report.disclosed}
    assert kinds[fulfilment.hash] == "fulfilment"
    assert offer.id in kinds
    assert len(kinds) == 3


async def test_what_is_overdue_is_found_by_the_members(traders: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = await session(traders)
    duty = assent.Obligation("delivery", "soon", theirs.agent.name, mine.agent.name, "9 USD", timedelta(hours=1))
    await mine.propose(assent.Package([duty], {"price": "9"}), binding=True)
    await theirs.view()
    await theirs.accept()
    (commitment,) = (await mine.view()).commitments
    assert await mine.overdue() == []
    later = await traders.client.after(timedelta(hours=3))

    async def afterwards(_: timedelta) -> str:
        return later

    monkeypatch.setattr(traders.client, "after", afterwards)
    assert [(it["commitment"], it["obligation"]) for it in await mine.overdue()] == [(commitment.id, "delivery")]
    opened, _ = await traders.session()
    assert await opened.overdue() == []


async def test_of_two_who_propose_at_once_nobody_speaks_on_what_it_has_not_read(traders: Market) -> None:
    mine, theirs = await session(traders)
    # There is no group yet: both make it, and one of them is refused at that.
    proposing = [side.propose(traders.package("900 USD"), binding=True) for side in (mine, theirs)]
    said = await asyncio.wait_for(asyncio.gather(*proposing, return_exceptions=True), PATIENCE)
    assert sorted(type(it).__name__ for it in said) == ["Conflict", "Receipt"]
    assert len((await mine.view()).offers) == 1
    # Who was second may go on when it has read it.
    behind = theirs if isinstance(said[1], assent.Conflict) else mine
    await behind.view()
    await behind.counter(traders.package("950 USD"), binding=True)


async def test_who_is_refused_a_group_speaks_on_nothing_that_came_meanwhile(
    traders: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = await session(traders)
    regroup = mine._channel.regroup

    async def overtaken(how: _core.Regrouping, claimed: list[tuple[str, str, _core.Logged]]) -> str:
        monkeypatch.undo()
        await theirs.propose(traders.package("900 USD"), binding=True)
        return await regroup(how, claimed)

    monkeypatch.setattr(mine._channel, "regroup", overtaken)
    with pytest.raises(assent.Conflict, match="somebody else spoke first"):
        await mine.propose(traders.package("950 USD"), binding=True)
    assert [it.sender for it in await mine.messages() if it.packages] == [theirs.agent.name]


@pytest.mark.parametrize("mode", ["sealed", "hybrid"])
async def test_before_somebody_has_come_in_the_node_is_told_no_reason(traders: Market, node: Served, mode: str) -> None:
    async def invited() -> assent.Session:
        return await traders.buyer.open_session(traders.seller.name, CAPABILITY, mode=mode, timeout=0)

    mine = await invited()
    for accepted in ({"kind": "resumption", "instructions": "it is dear to us"}, {"kind": "admission"}):
        with pytest.raises(assent.Missing, match="nobody has come in"):
            await mine.speak("ACCEPT", accepted, mine.id)
    await mine.withdraw(mine.id, "it is dear to us")
    assert [(it.type, it.body) for it in await mine.messages()][1:2] == [
        ("WITHDRAW", {"kind": "withdrawal", "reason": ""})
    ]
    again = await invited()
    theirs = traders.seller.session(again.id)
    await theirs.reject("it is dear to us")
    assert [(it.type, it.body) for it in await again.messages()][1:2] == [("REJECT", {"reason": ""})]
    assert holding(node.data, "dear to us") == []


async def test_a_node_that_takes_back_what_it_took_in_is_not_followed(traders: Market) -> None:
    mine, _ = await session(traders)
    receipt = await mine.say("hello")
    mine._head = (receipt.sequence + 1, _core.digest(b"what it took in"))
    for asking in (mine.view(), mine.say("and on"), mine.propose(traders.package("900 USD")), mine.overdue()):
        with pytest.raises(assent.Unverified, match="followed before"):
            await asking


async def test_a_node_that_answers_without_an_end_is_left(traders: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, _ = await session(traders)
    with monkeypatch.context() as patched:
        patched.setattr(_node, "STREAM_BYTES_MAX", 1000)
        with pytest.raises(assent.BadAnswer, match="more than 1000 bytes"):
            await mine.messages()
    with monkeypatch.context() as patched:
        patched.setattr(_party, "STATEMENTS_MAX", 2)
        with pytest.raises(assent.BadAnswer, match="more than 2 statements"):
            await traders.seller.session(mine.id).view()
    with monkeypatch.context() as patched:
        patched.setattr(_party, "PAGES_MAX", 3)
        asked: list[object] = []

        async def endless(path: str, params: object = None) -> dict[str, object]:
            asked.append(params)
            return {"commitments": [], "nextPageToken": "more"}

        patched.setattr(traders.buyer._party, "get", endless)
        with pytest.raises(assent.BadAnswer, match="more than 3 pages"):
            [it async for it in traders.buyer.commitments()]
        assert len(asked) == 3
    assert len(await mine.messages()) == 2
    assert (await traders.seller.session(mine.id).view()).state == "INTRODUCED"


async def test_a_file_that_cannot_be_called_so_is_not_put(traders: Market, tmp_path: Path) -> None:
    mine, _ = await session(traders)
    (tmp_path / "note").write_bytes(b"a secret note")
    put: list[str] = []

    async def counted(path: str, content: bytes) -> None:
        put.append(path)

    mine._party.put = counted  # type: ignore[method-assign]
    for name, media_type in (("a/b", None), ("..", None), ("x" * 201, None), ("note", "no type")):
        with pytest.raises(assent.FileFault) as refused:
            await mine.send_file(tmp_path / "note", name=name, media_type=media_type)
        assert refused.value.fault == "ATTACHMENT_INVALID"
    assert put == []


async def test_a_share_that_is_used_up_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "SHARE_WAIT", 0.0)
    refused = assent.Refused({"code": "RATE_LIMITED", "status": 429})
    answers: list[bool | assent.Refused] = [refused, False, refused, False]
    put: list[str] = []

    class Limited:
        async def is_there(self, path: str) -> bool:
            answer = answers.pop(0)
            if isinstance(answer, assent.Refused):
                raise answer
            return answer

        async def put(self, path: str, content: bytes) -> None:
            put.append(path)
            if len(put) == 1:
                raise refused

    digest = _core.digest(b"a chunk")
    await _files.Chunks(Limited(), "/v1/sessions/1").put(digest, b"a chunk")  # type: ignore[arg-type]
    assert (answers, put) == ([], [f"/v1/sessions/1/chunks/{digest[7:]}"] * 2)


async def test_to_whom_something_is_disclosed_is_not_the_nodes_word(
    traders: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, judge = traders.seller, assent.AgentKey.generate()
    get = traders.client._get

    async def lying(path: str) -> dict[str, object]:
        shown = await get(path)
        return {**shown, "keys": [*shown["keys"], {"key": judge.id, "since": shown["keys"][0].get("since")}]}

    monkeypatch.setattr(traders.client, "_get", lying)
    old = traders.keys.load(seller.name)
    assert await traders.client._disclosure_keys(seller.name) == [old.id]
    assert await traders.client._disclosure_keys("volt.example") == [traders.keys.load("volt.example").id]
    # One that counts no more is not taken for one that does, however lately it was read.
    new = assent.AgentKey.generate()
    monkeypatch.undo()
    await seller.rotate_key(new)
    assert await traders.client._disclosure_keys(seller.name) == [new.id]


async def test_who_rules_a_dispute_is_not_the_nodes_word(traders: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    court = assent.AgentKey.generate()
    await traders.client.organisation("court.example", court).register()
    eve = assent.AgentKey.generate()
    mine, theirs = await session(traders)
    duty = traders.package("900 USD").obligations[0] | {"due": {"at": await traders.client.after(timedelta(hours=1))}}
    agreed = assent.Package([duty], {}, disputes={"arbiter": "court.example"})
    await mine.propose(agreed, binding=True)
    await theirs.view()
    offer = (await theirs.view()).offers[0]
    await theirs.accept(offer)
    commitment = await mine.agent.commitment((await mine.view()).commitments[0].id)
    assert commitment.raw["disputes"] == {"arbiter": "court.example"}
    offered = next(it for it in await mine.messages() if it.hash == offer.id)
    await theirs.fulfil("delivery", "here they are")
    await mine.view()
    await mine.contest("delivery", "half of them")
    # Neither what the node says of the deal counts, nor what it says of the dispute.
    told = replace(commitment, raw={**commitment.raw, "disputes": {"arbiter": eve.id}})
    with pytest.raises(assent.Unverified, match="no such commitment"):
        other = replace(told, id=_core.digest(b"another"))
        await mine.agent.file_dispute(other, "not-as-agreed", "half of them", disclose=[offered])
    case = await mine.agent.file_dispute(told, "not-as-agreed", "half of them", disclose=[offered])
    await case.wait_until("SETTLING", PATIENCE)

    async def lying() -> dict[str, object]:
        return {"session": mine.id, "arbiter": eve.id}

    there = theirs.agent.dispute(case.id)
    monkeypatch.setattr(there, "shown", lying)
    await there.respond("all of them", admit=False, disclose=[await last(theirs)])
    bundle = await case.bundle()
    assert len(assent.verify(bundle, keys=[court]).disclosed) == 2
    assert assent.verify(bundle, keys=[eve]).disclosed == []
    # Nor another dispute under its id.
    read = there._party.chained

    async def others(stream: str, after: int | None = None) -> list[_core.Logged]:
        return (await read(stream, after))[1:]

    monkeypatch.setattr(there._party, "chained", others)
    with pytest.raises(assent.Unverified, match="another dispute"):
        await there.show_evidence(disclose=[offered])


@pytest.mark.parametrize("mode", ["open", "hybrid", "sealed"])
async def test_a_commitment_is_given_as_its_members_know_it(traders: Market, mode: str) -> None:
    mine, theirs = await session(traders, mode)
    await mine.propose(traders.package("900 USD", region="north"), binding=True)
    await theirs.view()
    await theirs.accept()
    (own,) = (await mine.view()).commitments
    (listed,) = [it async for it in mine.agent.commitments()]
    given = await mine.agent.commitment(own.id)
    assert (given.terms, given.sealed, own.sealed) == ({"region": "north"}, False, False)
    assert given.obligations[0]["value"] == {"amount": "900", "currency": "USD"}
    assert (listed.id, listed.sealed) == (own.id, mode != "open")
    assert listed.terms == ({"region": "north"} if mode == "open" else {})


async def test_a_commitment_that_its_session_has_not_is_not_believed(
    traders: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = await session(traders)
    await mine.propose(traders.package("900 USD"), binding=True)
    await theirs.view()
    await theirs.accept()
    (own,) = (await mine.view()).commitments
    another = _core.digest(b"another")

    async def lying(*_: object) -> dict[str, object]:
        return {**own.raw, "id": another}

    monkeypatch.setattr(mine.agent._party, "get", lying)
    with pytest.raises(assent.Unverified, match="no such commitment"):
        await mine.agent.commitment(another)


def test_only_keys_open_what_was_disclosed() -> None:
    with pytest.raises(TypeError, match="AgentKey"):
        assent.verify(b"", keys=["x"])  # type: ignore[list-item]


async def test_one_handle_may_say_two_things_at_once(traders: Market) -> None:
    mine, theirs = await session(traders)
    await asyncio.gather(mine.propose(traders.package("900 USD")), mine.propose(traders.package("950 USD")))
    assert len((await theirs.view()).offers) == 2
