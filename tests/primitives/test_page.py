"""The page of primitives is made from the catalogue."""

from pathlib import Path

from scripts.catalogue_page import PAGE, render


def test_the_page_is_up_to_date():
    page = Path(__file__).parents[2] / PAGE
    assert page.read_text(encoding="utf-8") == render(), "run `python -m scripts.catalogue_page`"
