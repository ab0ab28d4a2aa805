"""Names that show all that they hold are taken, others are not."""

from __future__ import annotations

import unittest

import names


class Names(unittest.TestCase):
    def test_a_name_shows_all_that_it_holds(self) -> None:
        # ASP-ORG-010
        for good in ("Acme", "M\u00fcller & S\u00f6hne", "\u682a\u5f0f\u4f1a\u793e", "3M", "a" * 200):
            self.assertTrue(names.is_display_name(good), good)
        for bad in (
            "",
            " Acme",
            "Acme ",
            "Acme  Ltd",
            "Acme\tLtd",
            "Acme\u00a0Ltd",
            "Ac\u200bme",
            "\u202eemcA",
            "Acme\ufe0f",
            "Acme\ue000",
            "Acme\u0378",
            "Socie\u0301te",
            "\u2026!",
            "\u20ddAcme",
            "Acm\u00e9\u0301",
            "a" * 201,
        ):
            self.assertFalse(names.is_display_name(bad), ascii(bad))


if __name__ == "__main__":
    unittest.main()
