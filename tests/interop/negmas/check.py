"""NegMAS: 500 negotiations between its negotiators, each side on its own, have to go as they go in memory."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks

NEGOTIATIONS = "500"


def main():
    script = frameworks.ROOT / "examples" / "negmas" / "negotiate.py"
    subprocess.run([sys.executable, str(script), "--negotiations", NEGOTIATIONS], check=True, timeout=580)


if __name__ == "__main__":
    frameworks.quietly(main)
