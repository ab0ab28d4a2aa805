"""The official client of MCP, version 1 (handshake), against `assent mcp` and a node's `/mcp`."""

import asyncio
import pathlib
import sys

import httpx
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import McpError

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import stage  # noqa: E402


class Dpop(httpx.Auth):
    def __init__(self, reader):
        self.reader = reader

    def auth_flow(self, request):
        request.headers.update(self.reader.headers(request.method, str(request.url)))
        yield request


def calls(session):
    async def call(name, arguments):
        return (await session.call_tool(name, arguments)).model_dump(by_alias=True, mode="json", exclude_none=True)

    return call


def plain(tools):
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]


async def by_stdio(place):
    def server(name):
        return StdioServerParameters(command=stage.PROGRAM, args=place.arguments(name, "mcp"))

    async with stdio_client(server("acme")) as one, stdio_client(server("volt")) as two:
        async with ClientSession(*one) as buyer, ClientSession(*two) as seller:
            for session in (buyer, seller):
                shaken = await session.initialize()
                assert shaken.serverInfo.name == "assent" and shaken.protocolVersion == "2025-11-25", shaken
            await buyer.send_ping()
            stage.check_tools(plain((await buyer.list_tools()).tools), stage.READS | stage.SIGNS)
            found = await stage.negotiate(calls(buyer), calls(seller))
            listed = (await seller.list_resources()).resources
            assert len(listed) == 2, listed
            for resource in listed:
                assert (await seller.read_resource(resource.uri)).contents[0].text
            assert len((await seller.list_resource_templates()).resourceTemplates) == 2
            assert len((await seller.list_prompts()).prompts) == 3
            filled = await seller.get_prompt("negotiate_as_seller", {"item": "GPU hours", "floor": "2 USD"})
            assert "- floor: 2 USD" in filled.messages[0].content.text
            for wrong in (seller.call_tool("nothing", {}), seller.read_resource("file:///etc/passwd")):
                try:
                    await wrong
                except McpError:
                    continue
                raise AssertionError("it was taken")
            return found


async def by_http(place, session, commitment):
    reader = place.reader("acme", stage.BUYER)
    async with httpx.AsyncClient(auth=Dpop(reader), timeout=60) as http:
        async with streamable_http_client(place.url + "/mcp", http_client=http) as (receive, send, _):
            async with ClientSession(receive, send) as client:
                await client.initialize()
                stage.check_tools(plain((await client.list_tools()).tools), stage.READS)
                await stage.read(calls(client), session, commitment)


async def main():
    with stage.Stage() as place:
        stage.check_guide(place)
        found = await by_stdio(place)
        await by_http(place, *found)


asyncio.run(main())
print("mcp v1: stdio and HTTP hold")
