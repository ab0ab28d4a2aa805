"""Tests of the independent verifier: `python3 -m unittest`, or `python3 -m tests` with a closing line."""
