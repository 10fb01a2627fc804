"""Example states of the text box for code."""

from cnnviz.ui.components.code_box import code_box

TEXT = "net = nn.Sequential(\n    nn.Conv2d(3, 8, 3),\n    nn.Linear(8, 10),\n)\n"


def draw(key: str, *, is_wrong: bool) -> None:
    """Four lines, one of them chosen, and one that does not fit where it ``is_wrong``."""
    code_box(
        TEXT,
        key,
        label="A network in PyTorch",
        marks={2: "chosen", 3: "wrong"} if is_wrong else {2: "chosen"},
        on_text=lambda _: None,
        height=160,
    )


EXAMPLES = {
    "a line chosen": lambda key: draw(key, is_wrong=False),
    "a line that does not fit": lambda key: draw(key, is_wrong=True),
}
