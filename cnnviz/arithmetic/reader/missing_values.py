"""What stands in for a value that a text does not say, until the person who pasted it says it."""

import re
from typing import Any

from cnnviz.arithmetic.reader.syntax import ReadError

# (part of a name, what it likely is); the first that is found counts
LIKELY: tuple[tuple[str, object], ...] = (
    (r"class_?names|classes_list|labels|vocab$", 10),
    (r"n(um)?_?_?(of)?_?class|n_?cls|nclass|num_labels|n_labels|out_size|output_size|output_dim|n_out|num_outputs", 10),
    (r"^classes|\.classes$|n_classes|NUM_CLASSES", 10),
    (r"in_?ch(an)?|input_ch|n_?channels?$|^channels?$|\bnc$|img_ch|image_ch|num_channels|in_planes|\binput_nc\b", 3),
    (r"output_nc|out_ch", 3),
    (r"latent|z_?dim|noise_dim|\bnz$", 100),
    (r"vocab|n_?tokens|num_embeddings", 1000),
    (r"embed(ding)?_?(dim|size)|emb_?(dim|size)|d_model|hidden|n_?hid|units|\bdim$|_dim$", 128),
    (r"\bngf$|\bndf$|n_?filters|num_filters|base_ch|filters|width$", 64),
    (r"patch", 16),
    (r"heads", 8),
    (
        r"i(mg|mage)_?(size|width|height|h|w|rows|cols)$|^img_?(dim|shape)?$|resolution|input_size|^width$|^height$|size$",
        224,
    ),
    (r"depth|n_?layers|num_layers|n_?blocks|num_blocks|layers$", 2),
    (r"kernel", 3),
    (r"stride", 1),
    (r"padding", 1),
    (r"drop|prob|rate|alpha|slope|\bp$|momentum|eps", 0.5),
    (r"growth", 32),
    (r"use_|with_|pretrained|is_|bias|norm$|bn$", True),
    (r"activation|act$", "relu"),
)


MAX_NEEDS = 8  # that are asked for at once


def likely_value(name: str) -> object:
    """A likely value for a name: ten classes, three channels, pictures of 224 pixels; 10 where nothing is known.

    >>> likely_value("num_classes"), likely_value("args.latent_dim"), likely_value("use_bn"), likely_value("foo")
    (10, 100, True, 10)
    """
    lower = re.sub(r"[\[\"'\]]+$", "", name.lower())
    for pattern, value in LIKELY:
        if re.search(pattern, lower, re.IGNORECASE):
            return value
    return 10


def missing_values_error(interpreter: Any) -> ReadError:
    """The error that names what the text does not say."""
    needs = tuple(interpreter.needs)[:MAX_NEEDS]
    line = next(iter(interpreter.needs.values()))
    if interpreter.call_wanted:
        what = "needs " + (f"{', '.join(needs[:-1])} and {needs[-1]}" if len(needs) > 1 else needs[0])
        call = interpreter.call_wanted
        return ReadError(
            f"{call.partition('(')[0]} {what} to be made: add a last line such as net = {call}.", line, needs
        )
    names = f"{', '.join(needs[:-1])} and {needs[-1]} are" if len(needs) > 1 else f"{needs[0]} is"
    return ReadError(
        f"{names} not defined in this text: say {'their values' if len(needs) > 1 else 'its value'}.", line, needs
    )
