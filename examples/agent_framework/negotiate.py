"""An agent of Microsoft Agent Framework that buys from a stranger's agent, and asks a person where policy says no.

python examples/agent_framework/negotiate.py
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ.update(OTEL_SDK_DISABLED="true", AGENT_FRAMEWORK_USER_AGENT_DISABLED="true", ENABLE_INSTRUMENTATION="false")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agent_framework import Agent, BaseChatClient, ChatResponse, Content, FunctionInvocationLayer, Message
from assent.adapters.agent_framework import Escalations, tools
from assent.adapters.tools import Toolset
from support.market import market, selling
from support.script import WORDS, Call, Script, buyer


class ScriptedModel(FunctionInvocationLayer, BaseChatClient):
    """Stands where a real chat client stands."""

    def __init__(self, script: Script) -> None:
        super().__init__(function_invocation_configuration={"max_iterations": 60})
        self._script = script

    async def _inner_get_response(
        self, *, messages: Sequence[Message], stream: bool, options: Mapping[str, Any], **_kwargs: Any
    ) -> ChatResponse:
        move = self._script.next(_told(messages))
        if isinstance(move, Call):
            content = Content.from_function_call(f"call-{len(self._script.made)}", move.name, arguments=move.arguments)
        else:
            content = Content.from_text(move.text)
        return ChatResponse(messages=Message("assistant", [content]))


def _told(messages: Sequence[Message]) -> str:
    parts = [content for message in messages[-2:] for content in message.contents]
    return "\n".join(str(part.result if part.type == "function_result" else part.text or "") for part in parts)


async def main() -> None:
    """The whole deal."""
    async with market() as place, selling(place):
        toolset = Toolset(place.buyer, anchors=place.node.key)
        agent = Agent(
            ScriptedModel(Script(buyer())), "You buy.", tools=tools(toolset), middleware=[Escalations(toolset)]
        )
        conversation = agent.create_session()
        response = await agent.run("Buy a day of eight GPUs.", session=conversation)
        # ESCALATE paused the run; the other side sees that a person is asked.
        request = response.user_input_requests[0]
        print(f"a person is asked: {toolset.pending.question if toolset.pending else ''}")
        answer = Message("user", [request.to_function_approval_response(approved=True), Content.from_text(WORDS)])
        response = await agent.run(answer, session=conversation)
        print(response.text)


if __name__ == "__main__":
    asyncio.run(main())
