"""Runs all tests and closes with the line `N passed, N failed`."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path


def main() -> int:
    """0 if every test passed."""
    folder = Path(__file__).resolve().parent
    suite = unittest.defaultTestLoader.discover(str(folder), top_level_dir=str(folder.parent))
    result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
    failed = len({test.id() for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
