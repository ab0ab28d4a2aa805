"""The official client of MCP, version 2 (stateless, and the handshake where it is asked for), against both of our sides."""

import asyncio
import pathlib
import sys

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import stage  # noqa: E402

NEWEST = "2026-07-28"


class Dpop(httpx2.Auth):
    def __init__(self, reader):
        self.reader = reader

    def auth_flow(self, request):
        request.headers.update(self.reader.headers(request.method, str(request.url)))
        yield request


def calls(client):
    async def call(name, arguments):
        return (await client.call_tool(name, arguments)).model_dump(by_alias=True, mode="json", exclude_none=True)

    return call


def plain(tools):
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]


async def by_stdio(place, mode):
    def server(name):
        return StdioServerParameters(command=stage.PROGRAM, args=place.arguments(name, "mcp"))

    async with Client(server("acme"), mode=mode) as buyer, Client(server("volt"), mode=mode) as seller:
        expected = "2025-11-25" if mode == "legacy" else NEWEST
        assert buyer.protocol_version == expected, buyer.protocol_version
        if mode != NEWEST:
            assert buyer.server_info.name == "assent" and "whoami" in buyer.instructions
        stage.check_tools(plain((await buyer.list_tools()).tools), stage.READS | stage.SIGNS)
        found = await stage.negotiate(calls(buyer), calls(seller))
        listed = (await seller.list_resources()).resources
        assert len(listed) >= 2, listed
        for resource in listed:
            assert (await seller.read_resource(str(resource.uri))).contents[0].text
        assert len((await seller.list_prompts()).prompts) == 3
        filled = await seller.get_prompt("review_commitment", {"commitment": found[1]})
        assert found[1] in filled.messages[0].content.text
        for wrong in (seller.call_tool("nothing", {}), seller.read_resource("file:///etc/passwd")):
            try:
                await wrong
            except MCPError:
                continue
            raise AssertionError("it was taken")
        return found


async def by_http(place, mode, session, commitment):
    reader = place.reader("acme", stage.BUYER)
    async with httpx2.AsyncClient(auth=Dpop(reader), timeout=60) as http:
        transport = streamable_http_client(place.url + "/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            stage.check_tools(plain((await client.list_tools()).tools), stage.READS)
            await stage.read(calls(client), session, commitment)


async def main():
    for mode in ("auto", NEWEST, "legacy"):
        with stage.Stage() as place:
            stage.check_guide(place)
            found = await by_stdio(place, mode)
            await by_http(place, mode, *found)
        print(f"  {mode}: held")


asyncio.run(main())
print("mcp v2: stdio and HTTP hold")
