"""LangChain and LangGraph: what is below every framework, the adapter, the example, and LangChain's MCP client."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks
import toolset


def tools():
    from assent.adapters.langchain import tools as adapted

    made = adapted(frameworks.toolset())
    frameworks.check_tools([(tool.name, tool.description, tool.tool_call_schema.model_json_schema()) for tool in made])


async def guide():
    scripted = frameworks.example("langchain").ScriptedModel
    await frameworks.run_guide("langchain", lambda script: scripted(script=script))


async def mcp():
    import stage
    from langchain_mcp_adapters.client import MultiServerMCPClient
    from langchain_mcp_adapters.tools import load_mcp_tools

    with stage.Stage() as place:

        def server(name):
            return {"transport": "stdio", "command": stage.PROGRAM, "args": place.arguments(name, "mcp")}

        client = MultiServerMCPClient({name: server(name) for name in ("acme", "volt")})
        async with client.session("acme") as one, client.session("volt") as two:
            await frameworks.deal(calls(await load_mcp_tools(one)), calls(await load_mcp_tools(two)))


def calls(tools):
    by_name = {tool.name: tool for tool in tools}

    async def call(name, arguments):
        asked = {"type": "tool_call", "id": "1", "name": name, "args": arguments}
        message = await by_name[name].ainvoke(asked)
        return message.text, message.status == "error"

    return call


def main():
    frameworks.check_install("langchain")
    frameworks.check_types("langchain")
    tools()
    toolset.check()
    frameworks.run_example("langchain")
    asyncio.run(guide())
    asyncio.run(mcp())


if __name__ == "__main__":
    frameworks.quietly(main)
