"""Whether the node's description of itself is true: schemathesis asks every operation of `/openapi.json` what it may ask.

No request is answered as a failure of the node, and no answer has a status, a type or a shape that is not described. The
node has life in it, and about half of the questions name something that is there, by who may see it.
"""

import itertools
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

import assent
import requests
import schemathesis
from assent import _core
from schemathesis.cli import schemathesis as command

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks

PROGRAM = os.environ["ASSENT_PROGRAM"]
BUYER, VENDOR = "acme.example/buyer", "volt.example/sales"
CAPABILITY = "provision.compute.gpu"
HOOK = "https://hooks.example/events"
#: What is asked is the same in every run.
SEED = "20260715"
#: How many questions of one kind an operation is asked.
EXAMPLES = "8"
#: How many operations have to be asked so that they do something: most of the others need a provider, or an operator.
ANSWERED = 75
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
#: What never ends is cut off after so many seconds; everything else is answered long before.
TIMEOUT = "20"
#: Streams of events end only when who listens hangs up: there is no whole answer to judge. Their events are the messages that
#: the other operations answer with, and the SDKs' tests listen to each.
ENDLESS = ("/v1/events", "/v1/sessions/{id}/events", "/v1/searches/{id}/events")
#: By whom questions are asked, in turn; nobody asks without credentials.
CALLERS = ("acme.example", BUYER, "volt.example", None)


class Market:
    """A node with a deal that was kept and one that is argued about, and the names of what is there."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.folder.name)
        serve = [PROGRAM, "serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", str(self.home / "data")]
        # Webhooks lead to this machine, and to nobody there.
        settings = {"ASSENT_LOG": "error", "ASSENT_FETCH_ALLOW": "hooks.example=127.0.0.1:9"}
        self.node = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env={**environment(), **settings})
        self.url = json.loads(self.node.stdout.readline())["url"]
        self.live()
        return self

    def __exit__(self, *_):
        self.node.terminate()
        self.node.wait(timeout=30)
        self.folder.cleanup()

    def run(self, name, *arguments):
        """A command of one of the users; the first datum that it prints."""
        command = [PROGRAM, "--home", str(self.home / name), "--node", self.url, "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment())
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        lines = done.stdout.splitlines()
        return json.loads(lines[0]) if lines else None

    def live(self):
        for name, agent in (("acme", BUYER), ("volt", VENDOR)):
            self.run(name, "init", "--org", f"{name}.example", "--agent", agent)
            self.run(name, "org", "register")
            self.run(name, "agent", "register", agent, "--capability", CAPABILITY)
        asked = self.run("acme", "consent", "request", "--with", "volt.example", "--capability", "provision.compute")
        self.run("volt", "consent", "grant", asked["id"])
        kept, argued = self.deal(), self.deal()
        artefact = self.home / "result"
        artefact.write_text("as agreed")
        for session in (kept, argued):
            self.run("volt", "session", "say", session, "inform", "--fulfil", "delivery", "--artefact", str(artefact))
        self.run("acme", "session", "say", kept, "inform", "--acknowledge", "delivery")
        self.run("acme", "session", "say", argued, "inform", "--contest", "delivery", "--text", "half is missing")
        owed = digits(self.run("acme", "commitment", "list")["id"])
        why = ("--reason", "not-as-agreed", "--claim", "Half of it is missing.")
        dispute = self.run("acme", "dispute", "file", owed, "--obligation", "delivery", *why)
        talked = self.opened()
        self.run("acme", "account", "open", "USD")
        self.run("acme", "inbox", "take", "--group", "workers")
        self.origin = requests.get(f"{self.url}/.well-known/asp-configuration", timeout=10).json()["origin"]
        self.parts = {"domain": "acme.example", "path": "buyer", "tile": "entries/000.p/5"}
        ids = {
            "sessions": [kept, argued, talked],
            "commitments": [owed],
            "disputes": [digits(dispute["id"])],
            "consents": [digits(self.run("acme", "consent", "list")["id"])],
            "receipts": [kept],
            "inbox": ["workers"],
            "assets": ["console.css", "console.js", "icon.svg"],
            "webhooks": [self.run("acme", "webhook", "add", HOOK)["webhook"]["id"] for _ in range(4)],
        }
        self.ids = {part: itertools.cycle(names) for part, names in ids.items()}

    def key(self, issuer):
        """The private key of one of the users."""
        return assent.Keyring(self.home / issuer.partition(".")[0] / "keys").load(issuer)._secret

    def statement(self):
        """A statement that is good, and another each time."""
        now = int(time.time() * 1000)
        body = {
            "capabilities": [CAPABILITY],
            "expiresAt": _core.instant(now + 86_400_000),
            "nonce": secrets.token_hex(16),
            "purpose": "Another purchase",
            "with": "volt.example",
        }
        head = {"stream": "consent:", "head": None, "audience": self.origin, "issued_at_ms": now}
        said = {"issuer": "acme.example", "kind": "consent.request", "body": json.dumps(body)}
        signed = _core.sign(**head, **said, random=secrets.token_bytes(10), keys=[self.key("acme.example")])
        return signed.envelope

    def opened(self):
        session = self.run("acme", "session", "open", "--with", VENDOR, "--capability", CAPABILITY)
        session = digits(session["id"])
        self.run("volt", "session", "say", session, "accept")
        self.run("volt", "session", "say", session, "propose", "--sell", "GPU hours", "--price", "20 USD", "--firm")
        return session

    def deal(self):
        session = self.opened()
        self.run("acme", "session", "say", session, "accept")
        return session


    def there(self, path, parameter):
        """Something that is there for a parameter of a path."""
        if parameter in self.parts:
            return self.parts[parameter]
        for part in path.split("/"):
            if part in self.ids:
                return next(self.ids[part])
        return None


def environment():
    """That of this process, without what could say something else to the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ASSENT_")}


def digits(name):
    """An id as it stands in a path."""
    return name.removeprefix("sha256:")


class Caller(requests.auth.AuthBase):
    """A token of one of the parties, and a proof of its key for each request (RFC 9449)."""

    def __init__(self, market, name):
        self.key = _core.SecretKey.from_seed(secrets.token_bytes(32))
        issuer = f"agent://{name}" if "/" in name else name
        now, unique = int(time.time() * 1000), secrets.token_bytes(16)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": _core.assertion(issuer, market.key(name), market.origin, now, unique),
        }
        url = f"{market.url}/oauth/token"
        answer = requests.post(url, data=form, headers={"dpop": self.proof("POST", url, None)}, timeout=10)
        self.token = answer.json()["access_token"]

    def proof(self, method, url, token):
        return _core.proof(self.key, method, url.partition("?")[0], token, int(time.time() * 1000), secrets.token_bytes(16))

    def __call__(self, request):
        request.headers["Authorization"] = f"DPoP {self.token}"
        request.headers["DPoP"] = self.proof(request.method, request.url, self.token)
        return request


def signed_in(market):
    """The cookie of the session of an owner."""
    link = market.run("acme", "console", "--as", "acme.example")["url"]
    form, own = {"secret": link.rpartition("/")[2]}, {"Origin": market.url}
    answer = requests.post(f"{market.url}/signin", data=form, headers=own, allow_redirects=False, timeout=10)
    return answer.headers["set-cookie"].partition(";")[0]


class Person(requests.auth.AuthBase):
    """A person who has signed in and asks from a page of the node."""

    def __init__(self, market):
        self.own = {"Cookie": signed_in(market), "Origin": market.url, "Assent-Intent": "1", "Accept": "text/html"}

    def __call__(self, request):
        request.headers.update(self.own)
        return request


def described(market):
    """The description, of which every answer has to be: that a refusal may have any status is not taken for an answer."""
    document = requests.get(f"{market.url}/openapi.json", timeout=10).json()
    for operation in itertools.chain.from_iterable(item.values() for item in document["paths"].values()):
        del operation["responses"]["default"]
    file = market.home / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def good(market):
    """What is said where chance alone would never say it so that it is taken."""
    return {
        "/v1/people/invitations": lambda: b'{"roles": ["auditor"]}',
        "/v1/people/links": lambda: b"{}",
        "/v1/search": lambda: json.dumps({"capability": CAPABILITY}).encode(),
        "/v1/statements": market.statement,
        "/v1/webhooks": lambda: json.dumps({"url": HOOK}).encode(),
        "/v1/webhooks/{id}/dead": lambda: b'{"positions": [1]}',
    }


def prepare(market):
    """Names what is there in every other question, and asks in somebody's name; gives what is then not refused."""
    parties = [name and Caller(market, name) for name in CALLERS]
    by = {"dpop": parties, "session": [Person(market)]}
    # Who signs out asks nothing afterwards.
    leaving, bodies, turns = [Person(market)], good(market), {}

    def callers(case):
        ways = {way for ways in case.operation.definition.raw.get("security", [{}]) for way in ways}
        found = [caller for way, callers in by.items() if way in ways for caller in callers]
        return leaving if case.path == "/signout" else found or [None, *by["session"]]

    @schemathesis.hook("before_call")
    def ask(_, case, kwargs):
        # Counted for each operation, so that everybody asks it, about what is there and about what is not.
        turn = next(turns.setdefault((case.method, case.path), itertools.count()))
        asking = callers(case)
        kwargs.setdefault("auth", asking[turn // 2 % len(asking)])
        if turn % 2:
            return
        for name in case.path_parameters:
            case.path_parameters[name] = market.there(case.path, name) or case.path_parameters[name]
        if case.method == "POST" and case.path in bodies:
            case.body, case.media_type = bodies[case.path](), "application/json"

    answered = set()

    @schemathesis.hook("after_call")
    def count(_, case, response):
        if response.status_code < 400:
            answered.add((case.method, case.path))

    return answered


def main():
    with Market() as market:
        answered = prepare(market)
        arguments = ["run", str(described(market)), "--url", market.url, "--checks", CHECKS, "--seed", SEED]
        arguments += ["--max-examples", EXAMPLES, "--generation-database", "none", "--request-timeout", TIMEOUT]
        arguments += ["--phases", "examples,coverage,fuzzing,stateful", "--warnings", "off", "--no-color"]
        for path in ENDLESS:
            arguments += ["--exclude-path", path]
        arguments += sys.argv[1:]
        # What it leaves behind goes with the rest.
        here = os.getcwd()
        os.chdir(market.home)
        try:
            command(arguments)
        except SystemExit as done:
            assert not done.code, "the description is not true"
        finally:
            os.chdir(here)
    assert len(answered) >= ANSWERED, sorted(answered)
    print(f"{len(answered)} operations did what they are for, and all answers are described")


if __name__ == "__main__":
    frameworks.quietly(main)
