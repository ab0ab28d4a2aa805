"""Keys are kept for their owner alone, in files that other programs read."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path

import pytest

from assent import AgentKey, KeyFault, Keyring

from .support import binary, clean


def test_a_key_is_kept_and_found_again(tmp_path: Path) -> None:
    key = AgentKey.generate()
    path = tmp_path / "agent.pem"
    key.save(path)
    assert AgentKey.load(path) == key
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFault):
        key.save(path)
    path.chmod(0o644)
    with pytest.raises(KeyFault, match="others can read it"):
        AgentKey.load(path)
    assert AgentKey.from_seed(key.seed()) == key


def test_nothing_that_is_printed_or_pickled_has_the_secret(tmp_path: Path) -> None:
    key = AgentKey.generate()
    assert key.seed().hex() not in repr(key) + str(vars(type(key)))
    with pytest.raises(TypeError):
        pickle.dumps(key)
    ring = Keyring(tmp_path)
    ring.add("acme.example", key)
    path = tmp_path / "acme.example.key"
    path.write_text(path.read_text().replace("secret", "sekret"))
    with pytest.raises(KeyFault) as fault:
        ring.load("acme.example")
    assert key.seed().hex() not in str(fault.value)


def test_a_ring_has_one_file_for_each_issuer(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    assert list(ring) == []
    key = ring.key("acme.example/sales/bot")
    assert ring.key("agent://acme.example/sales/bot") == key
    assert list(ring) == ["agent://acme.example/sales/bot"]
    assert AgentKey.load(tmp_path / "keys/acme.example_sales_bot.key") == key
    with pytest.raises(KeyFault):
        ring.create("acme.example/sales/bot")
    with pytest.raises(KeyFault):
        ring.load("acme.example")
    (tmp_path / "keys/acme.example_sales_bot.key").rename(tmp_path / "keys/acme.example_other.key")
    with pytest.raises(KeyFault, match="not the one that it names"):
        ring.load("acme.example/other")


def test_what_is_no_key_is_not_taken(tmp_path: Path) -> None:
    for number, content in enumerate([b"", b"not a key", b"{}", b"\xff" * 40, b'{"issuer": "\xff"}']):
        path = tmp_path / f"{number}.key"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(KeyFault):
            AgentKey.load(path)
    with pytest.raises(KeyFault):
        AgentKey.load(tmp_path / "none")
    with pytest.raises(KeyFault):
        AgentKey.from_seed(b"short")


def test_the_command_line_reads_the_same_files(tmp_path: Path) -> None:
    key = Keyring(tmp_path / "keys").create("acme.example")
    command = [binary(), "--home", str(tmp_path), "key", "show", "--of", "acme.example", "--json"]
    ran = subprocess.run(command, env=clean(), capture_output=True, text=True, check=True)
    assert key.id in ran.stdout
