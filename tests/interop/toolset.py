"""The tools below every framework, against a node: what they refuse, and that nothing is repeated or slipped in."""

import asyncio
import pathlib
import sys
from datetime import timedelta

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import assent
from assent.adapters.tools import TEXT_MAX, Decision, Toolset, fence
from support.market import BUYER, CAPABILITY, SELLER, market

DUTY = {"what": "a GPU", "owed_by": "them", "value": "100 USD"}


def words_cannot_leave_their_fence():
    once, again = fence("x", "y").splitlines()[-1], fence("x", "y").splitlines()[-1]
    assert once != again, "a fence that can be foreseen can be closed"
    hidden = fence("a\u202eb\x1b[2J", "y")
    assert "\u202e" not in hidden and "\x1b" not in hidden and "\\u202e" in hidden, hidden
    assert len(fence("x" * 100_000, "y")) < TEXT_MAX + 300


def a_decision_is_read_as_it_was_meant():
    meant = ((True, True), (False, False), ({"go_on": False}, False), ({}, False), ({"go_on": "no"}, False))
    for given, go_on in meant:
        assert Decision.of(given).go_on is go_on, given
    assert Decision.of("up to 1100") == Decision(True, "up to 1100")


async def opened(place):
    """A session between the buyer's tools and the seller as it is."""
    toolset = Toolset(place.buyer)

    async def come():
        session = await place.seller.next_invitation(timeout=60)
        await session.introduce()
        return session

    there = asyncio.ensure_future(come())
    answer = await toolset.call("open_session", {"agents": [SELLER], "capability": CAPABILITY})
    assert answer.ok, answer
    return toolset, answer.data["session_id"], await there


def package(price):
    return assent.Package([assent.Obligation("delivery", "a GPU", SELLER, BUYER, f"{price} USD", timedelta(hours=1))])


async def what_does_not_fit_is_told_and_not_done(place):
    toolset, session, _ = await opened(place)
    wrong = (
        ("propose", {"session_id": session}),
        ("propose", {"session_id": session, "duties": [{**DUTY, "value": "a lot"}]}),
        ("propose", {"session_id": session, "duties": [DUTY], "more": 1}),
        ("propose", {"session_id": session, "duties": [{**DUTY, "owed_by": "nobody"}]}),
        ("read_session", {"session_id": session, "wait_seconds": 10_000}),
        ("read_session", {"session_id": "sha256:" + "0" * 64}),
        ("read_session", {"session_id": "../../v1/agents"}),
        ("accept", {"session_id": session}),
        ("commit", {"session_id": session}),
        ("fulfil", {"session_id": session, "obligation": "delivery", "text": "done"}),
        ("verify", {"session_id": session}),
        ("open_session", {"agents": ["agent://nobody.example/x"], "capability": CAPABILITY}),
        ("next_invitation", {"wait_seconds": 0}),
    )
    for name, arguments in wrong:
        answer = await toolset.call(name, arguments)
        assert not answer.ok and answer.text, (name, answer)
    assert (await place.buyer.session(session).view()).state == "INTRODUCED"


async def nobody_accepts_what_came_in_between(place):
    toolset, session, seller = await opened(place)
    await seller.propose(package(100), binding=True)
    answer = await toolset.call("accept", {"session_id": session})
    assert not answer.ok and "had not seen" in answer.text, answer
    assert (await seller.view()).state == "CONVERSING"
    # It has been shown now.
    answer = await toolset.call("accept", {"session_id": session})
    assert answer.ok and answer.data["state"] == "EXECUTING", answer


async def what_the_owner_forbids_is_not_signed_whatever_a_model_asks(place):
    toolset, session, seller = await opened(place)
    await seller.propose(package(2_000), binding=True)
    await toolset.call("read_session", {"session_id": session})
    for name, arguments in (
        ("accept", {}),
        ("counter", {"duties": [{**DUTY, "value": "1100.01 USD"}], "binding": True}),
        ("counter", {"duties": [{**DUTY, "value": "1 EUR"}], "binding": True}),
    ):
        answer = await toolset.call(name, {"session_id": session, **arguments})
        assert not answer.ok and "policy forbids" in answer.text, (name, answer)
    mine = [it for it in await seller.messages() if it.sender == BUYER]
    assert [it.type for it in mine] == ["PROPOSE"], mine


async def a_question_is_asked_once_and_the_answer_is_on_record(place):
    toolset, session, seller = await opened(place)
    await toolset.call("propose", {"session_id": session, "duties": [DUTY]})
    arguments = {"session_id": session, "question": "May I?"}
    for _ in range(2):
        answer = await toolset.call("escalate", arguments)
        assert answer.ok and answer.data["authority"] == "acme.example", answer
    assert (await seller.view()).state == "ESCALATED"
    # Another process may go on after the pause.
    other = Toolset(place.buyer)
    settled = await other.settle(await other.raise_escalation(session, "May I?"), Decision(False, "too dear"))
    assert settled.data["state"] == "CONVERSING" and "not to go on: too dear" in settled.text, settled
    said = [(it.type, it.text) for it in await seller.messages() if it.type in ("ESCALATE", "WITHDRAW")]
    assert said == [("ESCALATE", "May I?"), ("WITHDRAW", "a person decided not to go on: too dear")], said


async def the_other_sides_question_is_not_ours_to_answer(place):
    toolset, session, seller = await opened(place)
    await toolset.call("propose", {"session_id": session, "duties": [DUTY]})
    await seller.view()
    await seller.escalate("May we?")
    answer = await toolset.call("escalate", {"session_id": session, "question": "May I?"})
    assert not answer.ok and "other side" in answer.text and toolset.pending is None, answer
    shown = await toolset.call("read_session", {"session_id": session, "wait_seconds": 0})
    assert "waits for the decision of volt.example" in shown.text, shown


async def a_session_that_waits_for_a_person_can_be_closed(place):
    toolset, session, seller = await opened(place)
    await toolset.call("propose", {"session_id": session, "duties": [DUTY]})
    await toolset.call("escalate", {"session_id": session, "question": "May I?"})
    answer = await toolset.call("close_session", {"session_id": session, "reason": "nobody answers"})
    assert answer.ok and (await seller.view()).state == "CLOSED", answer


async def who_would_wait_for_itself_is_told(place):
    toolset = Toolset(place.buyer)
    try:
        toolset.call_blocking("discover", {})
    except RuntimeError:
        answer = await asyncio.to_thread(toolset.call_blocking, "discover", {"capability": CAPABILITY})
        assert answer.ok and SELLER in answer.data["agents"], answer
        return
    raise AssertionError("it waited")


AT_A_NODE = (
    what_does_not_fit_is_told_and_not_done,
    nobody_accepts_what_came_in_between,
    what_the_owner_forbids_is_not_signed_whatever_a_model_asks,
    a_question_is_asked_once_and_the_answer_is_on_record,
    the_other_sides_question_is_not_ours_to_answer,
    a_session_that_waits_for_a_person_can_be_closed,
    who_would_wait_for_itself_is_told,
)


async def at_a_node():
    async with market() as place:
        for check in AT_A_NODE:
            await check(place)
            print(check.__name__.replace("_", " "))


def check():
    words_cannot_leave_their_fence()
    a_decision_is_read_as_it_was_meant()
    asyncio.run(at_a_node())


if __name__ == "__main__":
    check()
