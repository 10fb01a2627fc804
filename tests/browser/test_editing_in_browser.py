"""Editing the numbers of the stepper: the fields hold those in use, whatever changes them; what people type is read."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screenshots import settle


def edit(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    settle(page)
    page.get_by_role("button", name="Edit numbers").click()


def field(page: Page, name: str) -> Locator:
    return page.get_by_label(name, exact=True)


def type_into(page: Page, name: str, text: str) -> None:
    field(page, name).fill(text)
    field(page, name).press("Tab")


def first_output(page: Page) -> Locator:
    return page.locator(".panel.output .cell").first


def choose_kernel(page: Page, name: str) -> None:
    page.get_by_label("Kernel", exact=True).first.click()
    page.get_by_role("option", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("name", "cell", "again"),
    [
        ("convolution", "kernel row 1, column 1", "Start again with the lecture’s example"),
        ("channels_and_filters", "kernel 2 row 1, column 1", "Start again"),
        ("stride_and_padding", "kernel row 2, column 2", "Start again with stride 2, padding 1"),
        ("pooling", "input row 1, column 1", "Start again with 2 × 2"),
    ],
)
def test_after_start_again_the_fields_hold_the_numbers_in_use(
    visitor: Page, address: str, name: str, cell: str, again: str
) -> None:
    edit(visitor, address, name)
    number, output = field(visitor, cell).input_value(), first_output(visitor).inner_text()
    type_into(visitor, cell, "99")
    expect(first_output(visitor)).not_to_have_text(output)
    visitor.get_by_role("button", name=again, exact=True).click()
    expect(first_output(visitor)).to_have_text(output)
    expect(field(visitor, cell)).to_have_value(number)


def test_another_kernel_by_name_or_pasted_is_in_the_fields_and_typed_on_from(visitor: Page, address: str) -> None:
    edit(visitor, address, "convolution?relu=false")
    choose_kernel(visitor, "Blur")
    expect(field(visitor, "kernel row 1, column 1")).to_have_value("1")
    expect(visitor.locator(".panel.kernel .note")).to_have_text("each divided by 9")
    type_into(visitor, "kernel row 1, column 1", "4.5")  # 1/2: what the others are divided by stays while one types
    visitor.wait_for_url("**weights=0.5+1%2F9+1%2F9*")
    expect(field(visitor, "kernel row 1, column 2")).to_have_value("1")
    expect(visitor.locator(".panel.kernel .note")).to_have_text("each divided by 9")
    visitor.get_by_text("Type or paste numbers").click()
    visitor.get_by_label("Kernel", exact=True).last.fill("1 2 3; 4 5 6; 7 8 9")
    visitor.get_by_label("Kernel", exact=True).last.press("Control+Enter")
    expect(field(visitor, "kernel row 3, column 3")).to_have_value("9")
    type_into(visitor, "kernel row 1, column 1", "0")
    visitor.wait_for_url("**weights=0+2+3%3B+4+5+6%3B+7+8+9*")


def test_a_kernel_of_another_size_is_typed_on_from_as_it_is_drawn(visitor: Page, address: str) -> None:
    edit(visitor, address, "convolution?relu=false&weights=1+1;+1+1")
    choose_kernel(visitor, "Blur")
    expect(field(visitor, "kernel row 3, column 3")).to_have_value("1")
    type_into(visitor, "kernel row 3, column 3", "2")
    visitor.wait_for_url("**weights=1%2F9+1%2F9+1%2F9%3B+1%2F9+1%2F9+1%2F9%3B+1%2F9+1%2F9+2%2F9*")


def test_a_copy_in_the_border_follows_the_cell_that_is_typed(visitor: Page, address: str) -> None:
    edit(visitor, address, "convolution?padding=1&padding_mode=replicate")
    type_into(visitor, "input row 1, column 1", "8")
    expect(visitor.locator(".panel.input .cell").first).to_have_text("8")


def test_a_flipped_kernel_keeps_its_other_cells_when_one_is_wrong(visitor: Page, address: str) -> None:
    edit(visitor, address, "convolution?flip=true&weights=1+2;+3+4")
    type_into(visitor, "kernel row 1, column 1", "many")  # the stored kernel's last number
    expect(visitor.get_by_role("alert")).to_contain_text("“many” in row 2, column 2 of the kernel is not a number")
    type_into(visitor, "kernel row 2, column 2", "5")
    visitor.wait_for_url("**weights=5+2%3B+3+4*")


@pytest.mark.parametrize(
    ("text", "weights"), [("1,5", "1.5+1"), ("−2", "-2+1"), ("–2", "-2+1"), ("1/3", "1%2F3+1"), ("", "0+1")]
)
def test_a_cell_reads_what_people_type(visitor: Page, address: str, text: str, weights: str) -> None:
    edit(visitor, address, "convolution?weights=9+1")
    type_into(visitor, "kernel row 1, column 1", text)
    visitor.wait_for_url(f"**weights={weights}*")
    expect(visitor.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("text", ["3 4", "3x3", "1,2,3"])
def test_a_cell_refuses_several_numbers_and_keeps_them_until_the_page_goes_on(
    visitor: Page, address: str, text: str
) -> None:
    edit(visitor, address, "convolution")
    type_into(visitor, "kernel row 1, column 1", text)
    expect(visitor.get_by_role("alert")).to_contain_text(f"“{text}” in row 1, column 1 of the kernel is not a number")
    expect(field(visitor, "kernel row 1, column 1")).to_have_value(text)
    visitor.get_by_text("ReLU", exact=True).click()
    expect(visitor.get_by_role("alert")).to_have_count(0)
    expect(field(visitor, "kernel row 1, column 1")).to_have_value("0")
