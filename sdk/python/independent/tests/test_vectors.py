"""The vectors of the specification agree, and a vector that does not is told."""

from __future__ import annotations

import json
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any

import canonical
import statement as statements
import vectors
from refusal import RULES
from tests.story import NODE, Story
from tests.support import ROOT, Key, read_json


def reports(kind: str, file: Any) -> list[vectors.Report]:
    """What comes of one file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / kind).mkdir()
        (Path(folder) / kind / "file.json").write_text(json.dumps(file), "utf-8")
        return list(vectors.run(Path(folder)))


class Vectors(unittest.TestCase):
    def test_every_vector_of_the_repository_agrees(self) -> None:
        for report in vectors.run(ROOT / "spec" / "vectors"):
            self.assertEqual(report.faults, [], report.name)

    def test_every_type_has_vectors_three_refused_for_each_that_is_taken(self) -> None:
        folder = ROOT / "spec" / "vectors" / "statements"
        types = {kind for kinds in statements.TYPES.values() for kind in kinds}
        self.assertEqual({path.stem for path in folder.glob("*.json")}, types)
        for path in folder.glob("*.json"):
            file = read_json(path)
            self.assertEqual(file["type"], path.stem)
            self.assertGreaterEqual(len(file["reject"]), 3 * len(file["accept"]), path.name)

    def test_a_vector_that_says_something_else_is_told(self) -> None:
        file = read_json(ROOT / "spec" / "vectors" / "statements" / "org.register.json")
        accept, reject = file["accept"][0], file["reject"][0]
        for changed in (
            {"accept": [accept | {"hash": "sha256:" + "0" * 64}], "reject": []},
            {"accept": [accept | {"signaturesHash": "sha256:" + "0" * 64}], "reject": []},
            {"accept": [accept | {"envelope": accept["envelope"][:-1]}], "reject": []},
            {"accept": [], "reject": [reject | {"code": "TOO_DEEP"}]},
            {"accept": [], "reject": [reject | {"rule": "ASP-STM-099"}]},
            {"accept": [], "reject": [reject | {"pointer": "/elsewhere"}]},
            {"accept": [], "reject": [reject | {"envelope": accept["envelope"]}]},
        ):
            [report] = reports("statements", file | changed)
            self.assertEqual((report.passed, len(report.faults)), (0, 1), changed)

    def test_a_vector_of_the_log_that_says_something_else_is_told(self) -> None:
        folder = ROOT / "spec" / "vectors" / "log"
        other = "sha256:" + "0" * 64
        for name, change in (
            ("checkpoints", {"size": 9}),
            ("checkpoints", {"nodeKey": "did:key:z6Mk"}),
            ("consistency", {"toRoot": other}),
            ("inclusion", {"statement": other}),
            ("leaves", {"leaf": other}),
            ("receipts", {"receipt": "{}"}),
        ):
            accept = read_json(folder / f"{name}.json")["accept"][0]
            [report] = reports("log", {"accept": [accept | change]})
            self.assertEqual((report.passed, len(report.faults)), (0, 1), name)
            rejected = accept | {"of": "", "change": "", "fault": "malformed"}
            [report] = reports("log", {"accept": [accept], "reject": [rejected]})
            self.assertEqual((report.passed, len(report.faults)), (1, 1), name)
        reject = read_json(folder / "inclusion.json")["reject"][0]
        [report] = reports("log", {"accept": [], "reject": [reject | {"fault": "malformed"}]})
        self.assertEqual((report.passed, len(report.faults)), (0, 1))

    def test_a_bundle_s_vector_names_what_is_refuted(self) -> None:
        story = Story()
        value = story.bundle(story.deal())
        good = canonical.encode(value).decode()
        bad = canonical.encode(value | {"nodeKey": Key(8).id}).decode()
        accept = [{"name": "good", "bundle": good}, {"name": "bad", "bundle": bad}]
        reject = [
            {"change": "key", "bundle": bad, "refuted": ["ASP-BUN-008", "ASP-BUN-010", "ASP-BUN-012"]},
            {"change": "spelling", "bundle": good + "\n", "refuted": ["ASP-BUN-001"]},
            {"change": "nothing", "bundle": good, "refuted": ["ASP-BUN-008"]},
            {"change": "more", "bundle": bad, "refuted": ["ASP-BUN-006", "ASP-BUN-008"]},
            {"change": "session", "bundle": good, "refuted": ["ASP-BUN-006"]},
        ]
        [report] = reports("bundles", {"accept": accept, "nodeKey": NODE.id, "reject": reject})
        told = [name for name, _ in report.faults]
        self.assertEqual((report.passed, told), (3, ["accept bad", "reject nothing", "reject more"]))
        self.assertEqual(report.left, ["reject session"])

    def test_a_folder_without_vectors_is_a_fault(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            [report] = vectors.run(Path(folder))
        self.assertEqual(len(report.faults), 1)

    def test_codes_stand_for_the_rules_of_the_registry(self) -> None:
        text = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
        rows = dict(re.findall(r"</a>`([A-Z_0-9]+)`.*?\| \[(ASP-[A-Z]{3}-[0-9]{3})\]", text))
        self.assertGreater(len(rows), 50)
        for code, rule in RULES.items():
            self.assertEqual(rows.get(code), rule, code)

    def test_the_types_of_statements_are_those_of_the_schema(self) -> None:
        schema = read_json(ROOT / "spec" / "schemas" / "statement.json")
        types = [kind for kinds in statements.TYPES.values() for kind in kinds]
        self.assertEqual(types, schema["properties"]["type"]["enum"])

    def test_the_example_of_the_documentation_holds(self) -> None:
        judged = statements.judge((ROOT / "docs" / "concepts" / "statement.json").read_bytes())
        page = (ROOT / "docs" / "concepts" / "statement.md").read_text("utf-8")
        self.assertIn(judged.hash.hex(), page)


if __name__ == "__main__":
    unittest.main()
