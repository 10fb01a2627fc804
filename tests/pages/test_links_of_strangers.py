"""Whatever stands in an address, a page opens."""

import pytest

from tests.pages.strangers import LESSONS, SMALL, broken, names_in_address, opened

JUNK: tuple[str | list[str], ...] = (
    "", "0", "-1", "1000000", "9" * 400, "1e400", "nan", "2.5", "1,2,3", "١", "../../etc/passwd",
    "<script>alert(1)</script>", "\x00\u202e", "a" * 100_000, "1;" * 50_000, ["1", "2"],
)  # fmt: skip


@pytest.mark.parametrize("file", LESSONS)
def test_every_page_opens_whatever_its_address_says(file: str) -> None:
    names = names_in_address(opened(file, SMALL))
    for turn in range(0, len(JUNK), 2):  # every name meets every second kind of junk, its neighbour the others
        query = {name: JUNK[(place + turn) % len(JUNK)] for place, name in enumerate(names)}
        page = opened(file, query if turn == 0 else query | SMALL)
        assert not broken(page), {name: str(value)[:40] for name, value in query.items()}
        assert page.title[0].value


@pytest.mark.parametrize("file", LESSONS)
def test_names_that_no_page_knows_change_nothing(file: str) -> None:
    page = opened(file, {"unknown": "1", "__class__": "x", "": "y", "a" * 5000: "z" * 5000, "embed": "true"} | SMALL)
    assert not broken(page)
    assert page.title[0].value == opened(file, SMALL).title[0].value
