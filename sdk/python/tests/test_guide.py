"""The guide does what it says: its programs and commands are run as they are printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support import PATIENCE, ROOT, Served, binary, clean

GUIDE = ROOT / "docs/guides/python.md"
#: What is done before: the node runs, the package is installed.
DONE = ("assent serve", "pip install")


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[Served]:
    """A node where one is served that is not told where: it has this home."""
    served = Served(tmp_path / "home/assent")
    yield served
    served.kill()


def test_the_guide_runs_as_it_is_printed(at_home: Served, tmp_path: Path) -> None:
    text = GUIDE.read_text()
    programs = re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", text, re.DOTALL)
    assert len(programs) == text.count("```python")
    for name, program in programs:
        (tmp_path / name).write_text(program)
        typed = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "types"), str(tmp_path / name)]
        assert subprocess.run(typed, check=False).returncode == 0
    commands = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if not block.startswith(DONE)]
    path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(binary()).parent), os.environ["PATH"]])
    environment = {**clean(), "ASSENT_NODE": at_home.url, "PATH": path, "PYTHONUNBUFFERED": "1"}
    environment["XDG_DATA_HOME"] = str(tmp_path / "home")
    said = ""
    for block in commands:
        ran = subprocess.run(
            ["sh", "-ec", block],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, f"{block}\n{ran.stdout}\n{ran.stderr}"
        said += ran.stdout
    assert "agent://volt.example/seller - sells GPU hours" in said
    assert "forbidden: this agent may take on 1400 USD at most" in said
    assert "proved: True" in said
    assert "FULFILLED" in said
    assert "proved " in said and "R 1.000000 - " in said
    assert "['levelNumber']" in said
    assert "deposit 3000 order 7" in said
    assert "Have you 64 GPUs free in May? Nobody else may know." in said
