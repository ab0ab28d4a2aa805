"""A crew with a stranger's agent as a member, which buys from it and asks a person where its owner's policy says no.

python examples/crewai/negotiate.py
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_FOLDER = tempfile.mkdtemp()
os.environ.update(
    CREWAI_DISABLE_TELEMETRY="true",
    CREWAI_DISABLE_TRACKING="true",
    CREWAI_DISABLE_VERSION_CHECK="true",
    CREWAI_TRACING_ENABLED="false",
    CREWAI_TESTING="true",
    OTEL_SDK_DISABLED="true",
    ANONYMIZED_TELEMETRY="false",
    HOME=_FOLDER,
    XDG_DATA_HOME=_FOLDER,
)
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assent.adapters.crewai import PersonInput, RemoteAgent, tools
from assent.adapters.tools import Escalation, Toolset
from crewai import Agent, Crew, Task
from crewai.core.providers.human_input import set_provider
from crewai.llms.base_llm import BaseLLM
from support.market import CAPABILITY, SELLER, market, selling
from support.script import WORDS, Call, Script, buyer

# A script has no tokens to count.
logging.getLogger("crewai.llms.base_llm").setLevel(logging.ERROR)


class ScriptedModel(BaseLLM):
    """Stands where a real chat model stands."""

    script: Any = None

    def call(self, messages: Any, tools: Any = None, *_args: Any, **_kwargs: Any) -> Any:
        """The next move, as a tool call or a text."""
        move = self.script.next(messages if isinstance(messages, str) else str(messages[-1]["content"]))
        if not isinstance(move, Call):
            return move.text
        return [{"id": f"call-{len(messages)}", "name": move.name, "input": move.arguments}]

    def supports_function_calling(self) -> bool:
        """It does."""
        return True


def ask(escalation: Escalation) -> Any:
    """Asks the person; here the answer stands in the script."""
    print(f"a person is asked: {escalation.question}")
    return {"go_on": True, "words": WORDS}


async def main() -> None:
    """The question, then the whole deal."""
    async with market() as place, selling(place, sessions=2):
        toolset = Toolset(place.buyer, anchors=place.node.key)
        remote = RemoteAgent(toolset, SELLER, CAPABILITY)
        member = Agent(
            role="buyer",
            goal="to buy GPU hours at a good price",
            backstory="You buy for acme.example.",
            tools=tools(toolset),
            llm=ScriptedModel(model="scripted", script=Script(buyer())),
            max_iter=60,
        )
        question = Task(description="What do you have?", expected_output="machines", agent=remote)
        deal = Task(description="Buy a day of eight GPUs.", expected_output="a deal", agent=member, human_input=True)
        set_provider(PersonInput(toolset, ask))
        result = await Crew(agents=[remote, member], tasks=[question, deal]).kickoff_async()
        print(f"the remote agent answered:\n{result.tasks_output[0].raw}")
        print(result.raw)


if __name__ == "__main__":
    asyncio.run(main())
