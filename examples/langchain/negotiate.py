"""A LangGraph agent that buys from a stranger's agent, and stops for a person where its owner's policy says no.

python examples/langchain/negotiate.py
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

os.environ.update(LANGSMITH_TRACING="false", LANGCHAIN_TRACING_V2="false")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assent.adapters.langchain import tools
from assent.adapters.tools import Toolset
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from support.market import market, selling
from support.script import WORDS, Call, Script, buyer


class ScriptedModel(BaseChatModel):
    """Stands where a real chat model stands."""

    script: Any

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **_kwargs: Any) -> ScriptedModel:
        """A script knows its tools."""
        return self

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_kwargs: Any
    ) -> ChatResult:
        move = self.script.next(str(messages[-1].content))
        if isinstance(move, Call):
            call = {"name": move.name, "args": move.arguments, "id": f"call-{len(messages)}"}
            answer = AIMessage(content="", tool_calls=[call])
        else:
            answer = AIMessage(content=move.text)
        return ChatResult(generations=[ChatGeneration(message=answer)])


async def main() -> None:
    """The whole deal."""
    async with market() as place, selling(place):
        toolset = Toolset(place.buyer, anchors=place.node.key)
        graph = create_agent(ScriptedModel(script=Script(buyer())), tools(toolset), checkpointer=InMemorySaver())
        config = {"configurable": {"thread_id": "one"}, "recursion_limit": 100}
        state = await graph.ainvoke({"messages": [("user", "Buy a day of eight GPUs.")]}, config)
        # ESCALATE paused the graph; it could wait for days, in a checkpointer on disk.
        question = state["__interrupt__"][0].value
        print(f"a person is asked: {question['question']}")
        state = await graph.ainvoke(Command(resume={"go_on": True, "words": WORDS}), config)
        print(state["messages"][-1].content)


if __name__ == "__main__":
    asyncio.run(main())
