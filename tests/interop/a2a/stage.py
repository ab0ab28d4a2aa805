"""What both checks share: a node, a buyer whose client speaks A2A without a key, and a vendor who speaks by commands.

Needs nothing but the standard library. Talks to this machine alone.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

PROGRAM = os.environ["ASSENT_PROGRAM"]
# What a sale says shows a delivery: the SHA-256 of what was delivered.
DELIVERED = "sha256:" + hashlib.sha256(b"eight GPUs").hexdigest()
BUYER, VENDOR = "acme.example/buyer", "volt.example/sales"
CAPABILITY = "provision.compute.gpu"


class Stage:
    """A node in a process of its own that lets clients be told on this machine."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.folder.name)
        serve = [PROGRAM, "serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--a2a-conformance"]
        serve += ["--data", str(self.home / "data")]
        self.node = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=self.environment())
        self.url = json.loads(self.node.stdout.readline())["url"]
        for name, agent in (("acme", BUYER), ("volt", VENDOR)):
            self.run(name, "init", "--org", f"{name}.example", "--agent", agent)
            self.run(name, "org", "register")
            self.run(name, "agent", "register", agent, "--capability", CAPABILITY)
        asked = self.run("acme", "consent", "request", "--with", "volt.example", "--capability", "provision.compute")
        self.run("volt", "consent", "grant", asked["id"])
        added = self.run("acme", "a2a", "client", "add", BUYER, "--data", str(self.home / "data"))
        self.token = added["token"]
        self.agent = f"{self.url}/a2a/{VENDOR}"
        self.player = f"{self.url}/a2a/a2a-conformance.invalid/agent"
        return self

    def __exit__(self, *_):
        self.node.terminate()
        self.node.wait(timeout=30)
        self.folder.cleanup()

    def environment(self):
        return {name: value for name, value in os.environ.items() if not name.startswith("ASSENT_")}

    def run(self, name, *arguments):
        """A command of one of the users; the last datum that it prints."""
        command = [PROGRAM, "--home", str(self.home / name), "--node", self.url, "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment())
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else None

    def vendor(self, task, *words):
        return self.run("volt", "session", "say", task, *words)

    def verified(self, commitment):
        """Whether the proof of a commitment holds without the node."""
        file = str(self.home / f"{commitment[-8:]}.json")
        self.run("acme", "--as", BUYER, "commitment", "bundle", commitment, "--output", file)
        done = subprocess.run([PROGRAM, "verify", file, "--json"], capture_output=True, text=True)
        return done.returncode == 0


def terms(price):
    """What is bought: one obligation of each side."""
    due = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 3600))

    def owed(name, debtor, creditor, what):
        return {
            "id": name,
            "what": what,
            "debtor": f"agent://{debtor}",
            "creditor": f"agent://{creditor}",
            "due": {"at": due},
            "shownBy": {"method": "acknowledgement"},
            "value": {"amount": str(price), "currency": "USD"},
        }

    return {
        "obligations": [
            owed("delivery", VENDOR, BUYER, "eight GPUs for a day"),
            owed("payment", BUYER, VENDOR, f"{price} USD"),
        ],
        "terms": {"hours": 24, "item": "GPU hours"},
    }
