"""The subset of JSON Schema: each keyword takes what it should and names the place of what it does not."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from schema import NoSchema, Schemas


def fault(schema: Any, value: Any, **others: Any) -> str:
    """`OK`, or the pointer and the keyword of the fault."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"main": schema, **others}.items():
            (Path(folder) / f"{name}.json").write_text(json.dumps(text), "utf-8")
        found = Schemas(Path(folder)).check("main.json", value)
    return "OK" if found is None else f"{found.pointer} {found.keyword}"


class Keywords(unittest.TestCase):
    def check(self, schema: Any, *cases: tuple[Any, str]) -> None:
        """Each value is judged so."""
        for value, expected in cases:
            self.assertEqual(fault(schema, value), expected, value)

    def test_types_are_told_apart(self) -> None:
        self.check({"type": "integer"}, (1, "OK"), (True, " type"), ("1", " type"), (None, " type"))
        self.check({"type": ["object", "null"]}, ({}, "OK"), (None, "OK"), ([], " type"))

    def test_values_are_compared_as_json(self) -> None:
        self.check({"const": 1}, (1, "OK"), (True, " const"))
        self.check({"enum": ["a", {"b": [1]}]}, ("a", "OK"), ({"b": [1]}, "OK"), ({"b": [True]}, " enum"))

    def test_texts_are_bounded_in_characters_and_in_bytes(self) -> None:
        self.check(
            {"minLength": 1, "maxLength": 2},
            ("é", "OK"),
            ("", " minLength"),
            ("abc", " maxLength"),
            (9, "OK"),
        )
        self.check({"x-maxBytes": 3}, ("aé", "OK"), ("éé", " x-maxBytes"))

    def test_the_end_of_a_pattern_is_the_end_of_the_text(self) -> None:
        self.check({"pattern": "^a+$"}, ("aa", "OK"), ("aa\n", " pattern"), ("b", " pattern"), (1, "OK"))
        self.check({"pattern": "^[0-9]$"}, ("1", "OK"), ("\u0661", " pattern"))
        self.check({"pattern": "^[a$]\\$$"}, ("$$", "OK"), ("a$", "OK"), ("a", " pattern"), ("$$\n", " pattern"))

    def test_some_forms_are_more_than_a_pattern(self) -> None:
        self.check(
            {"x-form": "calendar"},
            ("2026-11-23T12:00:00.000Z", "OK"),
            ("2026-02-30T12:00:00.000Z", " x-form"),
        )
        self.check({"x-form": "did-key"}, ("did:key:z6Mk", " x-form"))
        self.check({"x-form": "display-name"}, ("Acme", "OK"), ("Ac\u200bme", " x-form"))
        self.check({"x-form": "file-name"}, ("a b.pdf", "OK"), ("a\u202eb", " x-form"))
        self.check({"x-form": "code"}, ("NOT_JSON", "OK"), ("NOT_KNOWN", " x-form"), ("not_json", " x-form"))

    def test_members_are_named_in_the_pointer(self) -> None:
        schema = {
            "properties": {"a/b": {"type": "integer"}},
            "required": ["a/b"],
            "additionalProperties": False,
        }
        self.check(schema, ({"a/b": 1}, "OK"), ({"a/b": ""}, "/a~1b type"), ({}, " required"))
        self.check(schema, ({"a/b": 1, "c": 1}, "/c additionalProperties"), ([], "OK"))

    def test_lists_are_bounded_and_their_items_checked(self) -> None:
        schema = {"items": {"type": "integer"}, "minItems": 1, "maxItems": 2, "uniqueItems": True}
        self.check(schema, ([1], "OK"), ([], " minItems"), ([1, 2, 3], " maxItems"), ([1, "a"], "/1 type"))
        self.check(schema, ([1, 1], " uniqueItems"))
        self.check(
            {"uniqueItems": True},
            ([1, True, {"a": 1}, {"a": True}], "OK"),
            ([{"a": 1}, {"a": 1}], " uniqueItems"),
        )

    def test_a_member_can_be_asked_to_rise_from_item_to_item(self) -> None:
        names = [{"n": "a"}, {"n": "b"}, {"n": "b/c"}]
        self.check({"x-sortedBy": "n"}, (names, "OK"), ([], "OK"), (names[::-1], " x-sortedBy"))
        self.check({"x-sortedBy": "n"}, (names[:1] * 2, " x-sortedBy"), ("ba", "OK"))

    def test_a_list_can_be_asked_to_be_as_long_as_a_size_makes_it(self) -> None:
        for size, chunks, expected in ((4, 1, "OK"), (5, 2, "OK"), (5, 1, " x-chunked"), (4, 2, " x-chunked")):
            self.check({"x-chunked": 4}, ({"size": size, "chunks": [0] * chunks}, expected))
        self.check({"x-chunked": 4}, ({"size": "5", "chunks": []}, "OK"), ([], "OK"))

    def test_a_member_can_ask_something_of_the_whole(self) -> None:
        schema = {"dependentSchemas": {"a": {"properties": {"b": {"minimum": 1}}}}}
        self.check(schema, ({"b": 0}, "OK"), ({"a": 1, "b": 1}, "OK"), ({"a": 1, "b": 0}, "/b minimum"))

    def test_a_member_can_be_asked_to_differ_between_items(self) -> None:
        schema = {"x-uniqueBy": "a"}
        self.check(
            schema, ([{"a": 1, "b": 1}, {"a": 2, "b": 1}], "OK"), ([{"a": 1}, {"a": 1}], " x-uniqueBy")
        )
        pairs = [{"a": 1, "b": 1}, {"a": 1, "b": 2}]
        self.check({"x-uniqueBy": ["a", "b"]}, (pairs, "OK"), (pairs * 2, " x-uniqueBy"))

    def test_one_of_some_members_can_be_asked_for(self) -> None:
        self.check({"x-atLeastOneOf": ["a", "b"]}, ({"b": 1}, "OK"), ({"c": 1}, " x-atLeastOneOf"))

    def test_the_outermost_keyword_can_be_left_out(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.json").write_text(
                '{"oneOf": [{"type": "null"}], "type": "object"}', "utf-8"
            )
            schemas = Schemas(Path(folder))
            self.assertIsNotNone(schemas.check("main.json", {}))
            self.assertIsNone(schemas.check("main.json", {}, without="oneOf"))
            self.assertIsNotNone(schemas.check("main.json", 1, without="oneOf"))

    def test_numbers_are_bounded(self) -> None:
        self.check(
            {"minimum": 1, "maximum": 2}, (1, "OK"), (2, "OK"), (0, " minimum"), (3, " maximum"), ("9", "OK")
        )

    def test_exactly_one_branch_fits(self) -> None:
        branch = {"required": ["n"], "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}}
        other = {"properties": {"kind": {"const": "b"}}}
        schema = {"oneOf": [branch, other]}
        self.check(
            schema, ({"kind": "a", "n": 1}, "OK"), ({"kind": "b"}, "OK"), ({"kind": "c"}, "/kind oneOf")
        )
        self.check(schema, ({"kind": "a", "n": ""}, "/n type"), ({"n": 1}, " oneOf"))

    def test_a_branch_is_known_by_its_constants_beside_a_reference_too(self) -> None:
        common = {"$defs": {"all": {"properties": {"n": {"type": "integer"}}}}}
        branches = [
            {"$ref": "common.json#/$defs/all", "properties": {"kind": {"const": name}}} for name in ("a", "b")
        ]
        self.assertEqual(fault({"oneOf": branches}, {"kind": "b", "n": ""}, common=common), "/n type")

    def test_references_lead_to_files_beside_and_nowhere_else(self) -> None:
        common = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer"}}}
        self.assertEqual(fault({"$ref": "common.json#/$defs/a"}, 1, common=common), "OK")
        self.assertEqual(fault({"items": {"$ref": "common.json#/$defs/a"}}, [""], common=common), "/0 type")
        for elsewhere in ("https://example.com/a.json", "../a.json", "/etc/hostname"):
            with self.assertRaises(NoSchema):
                fault({"$ref": elsewhere}, 1)

    def test_a_keyword_or_format_that_is_not_known_is_an_error(self) -> None:
        for schema in (
            {"if": {}},
            {"anyOf": []},
            {"propertyNames": {}},
            {"format": "email"},
            {"x-form": "email"},
        ):
            with self.assertRaises(NoSchema):
                fault(schema, "a")


if __name__ == "__main__":
    unittest.main()
