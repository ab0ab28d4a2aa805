"""An AutoGen team that buys from a stranger's agent, and hands over to a person where its owner's policy says no.

python examples/autogen/negotiate.py
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

os.environ["OTEL_SDK_DISABLED"] = "true"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assent.adapters.autogen import Person, tools
from assent.adapters.tools import Toolset
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import HandoffTermination, TextMessageTermination
from autogen_agentchat.messages import HandoffMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import FunctionCall
from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from support.market import market, selling
from support.script import WORDS, Call, Script, buyer


class ScriptedModel(ChatCompletionClient):
    """Stands where a real chat model stands."""

    component_type = "replay_chat_completion_client"

    def __init__(self, script: Script) -> None:
        self._script = script

    async def create(self, messages: Sequence[LLMMessage], **_kwargs: Any) -> CreateResult:
        """The next move."""
        last = messages[-1].content
        told = last if isinstance(last, str) else "\n".join(str(getattr(part, "content", part)) for part in last)
        move = self._script.next(told)
        content: Any = (
            move.text
            if not isinstance(move, Call)
            else [FunctionCall(id=f"call-{len(messages)}", name=move.name, arguments=json.dumps(move.arguments))]
        )
        reason: Any = "function_calls" if isinstance(move, Call) else "stop"
        return CreateResult(finish_reason=reason, content=content, usage=RequestUsage(0, 0), cached=False)

    async def create_stream(
        self, messages: Sequence[LLMMessage], **kwargs: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The same at once."""
        yield await self.create(messages, **kwargs)

    async def close(self) -> None:
        """Nothing is open."""

    def actual_usage(self) -> RequestUsage:
        """None."""
        return RequestUsage(0, 0)

    def total_usage(self) -> RequestUsage:
        """None."""
        return RequestUsage(0, 0)

    def count_tokens(self, messages: Sequence[LLMMessage], **_kwargs: Any) -> int:
        """None."""
        return 0

    def remaining_tokens(self, messages: Sequence[LLMMessage], **_kwargs: Any) -> int:
        """Enough."""
        return 1_000_000

    @property
    def capabilities(self) -> Any:
        """As `model_info`."""
        return self.model_info

    @property
    def model_info(self) -> ModelInfo:
        """It calls tools."""
        return ModelInfo(
            vision=False, function_calling=True, json_output=False, family="scripted", structured_output=False
        )


async def main() -> None:
    """The whole deal."""
    async with market() as place, selling(place):
        toolset = Toolset(place.buyer, anchors=place.node.key)
        person = Person(toolset)
        agent = AssistantAgent(
            "buyer", ScriptedModel(Script(buyer())), tools=tools(toolset), handoffs=[person], max_tool_iterations=40
        )
        ends = HandoffTermination("person") | TextMessageTermination("buyer")
        team = RoundRobinGroupChat([agent], termination_condition=ends)
        result = await team.run(task="Buy a day of eight GPUs.")
        # ESCALATE stopped the team at a handoff.
        assert isinstance(result.messages[-1], HandoffMessage), result.messages[-1]
        print(f"a person is asked: {toolset.pending.question if toolset.pending else ''}")
        result = await team.run(task=await person.decide(True, WORDS, asker="buyer"))
        print(result.messages[-1].to_text())


if __name__ == "__main__":
    asyncio.run(main())
