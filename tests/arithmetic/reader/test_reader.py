"""Pasted text becomes the network that it makes; what cannot be read is said in a sentence with its line."""

import pytest
import torch

from cnnviz.arithmetic.layers import (
    Add,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    Pointwise,
    ReLU,
    Softmax,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.network import NetworkError, totals
from cnnviz.arithmetic.network.fixes import fixes, repaired_text
from cnnviz.arithmetic.reader import ReadError, read_network
from cnnviz.networks.survey import survey
from tests.arithmetic.pasted_texts import (
    NEW_KERAS,
    OLD_TUTORIAL,
    PYTORCH,
    SAT6_CONV_NET,
    SAT6_MLP,
    SHARED,
    old_keras_vgg,
)

torch.set_num_threads(1)


def module_of(text):
    """What the text makes when Python runs it: only ever done with the texts of these tests."""
    names = {"__name__": "pasted"}
    exec(text, names)
    return next(value for value in reversed(names.values()) if isinstance(value, torch.nn.Module)).eval()


@pytest.mark.parametrize("name", PYTORCH)
def test_what_is_read_is_what_torch_makes_of_the_text(name):
    text, shape = PYTORCH[name]
    rows = read_network(text).trace(shape)
    module = module_of(text)
    with torch.no_grad():
        output = module(torch.zeros(1, *shape))
    assert rows[-1].output_shape == tuple(output.shape[1:])
    assert totals(rows).num_params == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("name", [name for name in PYTORCH if name != "old_tutorial"])  # it loops over a shape
def test_the_reader_and_the_survey_see_the_same_layers_in_the_same_places(name):
    text, shape = PYTORCH[name]
    read, surveyed = read_network(text), survey(module_of(text), shape)
    assert [node.name for node in read.nodes] == [node.name for node in surveyed.nodes]
    assert [node.inputs for node in read.nodes] == [node.inputs for node in surveyed.nodes]
    assert [node.module for node in read.nodes] == [node.module for node in surveyed.nodes]
    mine, theirs = read.trace(shape), surveyed.trace(shape)
    assert [row[3:8] for row in mine] == [row[3:8] for row in theirs]


def layers_of(text):
    return [node.layer for node in read_network(text).nodes]


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())",
        "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())",
        "net: nn.Module = torch.nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())",
        "from torch.nn import Conv2d, ReLU, Sequential\nSequential(Conv2d(1, 2, 3), ReLU())",
        "import torch.nn as hidden\nhidden.Sequential(hidden.Conv2d(1, 2, 3), hidden.ReLU())",
        "Sequential(Conv2d(1, 2, 3), ReLU())",
        "net = nn.Sequential()\nnet.add_module('conv', nn.Conv2d(1, 2, 3))\nnet.append(nn.ReLU())",
        "a = nn.Conv2d(in_channels=1, out_channels=2, kernel_size=3)\nnet = nn.Sequential(nn.Sequential(a), nn.ReLU())",
        "layers = [nn.Conv2d(1, 2, 3)]\nlayers += [nn.ReLU()]\nnet = nn.Sequential(*layers)",
        "nn.Sequential(nn.Conv2d(1, 2 ** 1, 9 // 3), nn.ReLU())",
        "```python\nnn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\n```",
        "!pip install torch\n%matplotlib inline\nnn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())",
        "\ufeffnn.Sequential(nn.Conv2d(1,\u00a02, 3),\r\n nn.ReLU())",
        "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\noptimizer = optim.Adam(net.parameters(), lr=1e-3)\n"
        "criterion = nn.CrossEntropyLoss()\nfor x, y in loader:\n    loss = criterion(net(x), y)\n    loss.backward()",
        "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\nnet = net.cuda().eval()\nprint(f'{net}')",
        "if __name__ == '__main__':\n    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())",
    ],
)
def test_a_plain_chain_is_read_in_all_its_spellings(text):
    assert layers_of(text) == [Conv2d(1, 2, 3), ReLU()]


def test_every_layer_keeps_the_line_that_makes_it():
    lines = {node.name: node.line for node in read_network(SAT6_CONV_NET).nodes}
    numbered = SAT6_CONV_NET.split("\n")
    assert "self.fc1 =" in numbered[lines["fc1"] - 1]
    assert "self.conv2(x)" in numbered[lines["relu_1"] - 1]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("net = nn.Sequential(nn.ReLU())\nx = torch.randn(1, 3, 64, 48)\nnet(x)", (3, 64, 48)),
        ("import torchsummary\nnet = nn.Sequential(nn.ReLU())\ntorchsummary.summary(net, (3, 64, 48))", (3, 64, 48)),
        (
            "from torchinfo import summary\nnet = nn.Sequential(nn.ReLU())\nsummary(net, input_size=(1, 3, 64, 48))",
            (3, 64, 48),
        ),
        ("from torchsummary import summary\nnet = nn.Sequential(nn.ReLU())\nsummary(net, (3, 64, 48))", (3, 64, 48)),
        ("net = nn.Sequential(nn.ReLU())", None),
    ],
)
def test_the_input_shape_is_kept_where_the_text_names_one(text, shape):
    assert read_network(text).input_shape == shape


def test_a_shape_that_is_asked_for_takes_the_place_of_the_one_in_the_text():
    text = "net = nn.Sequential(nn.ReLU())\nnet(torch.randn(1, 3, 64, 48))"
    assert read_network(text, (3, 8, 8)).input_shape == (3, 8, 8)


BODY = """class N(nn.Module):
    def __init__(self):
        super().__init__()
        {}
    def forward(self, x):
        {}
"""


@pytest.mark.parametrize(
    ("forward", "layers"),
    [
        ("return x.view(x.size(0), -1)", [Flatten()]),
        ("return x.view(x.shape[0], -1)", [Flatten()]),
        ("return x.reshape((x.size(0), -1))", [Flatten()]),
        ("return x.flatten(1)", [Flatten()]),
        ("return x.flatten(start_dim=1)", [Flatten()]),
        ("return torch.flatten(x, 1, -1)", [Flatten()]),
        ("return nn.Flatten()(x)", [Flatten()]),
        ("return x.view(-1, 16 * 5 * 5)", [View((400,))]),
        ("b, c, h, w = x.size()\n        return x.view(b, c * h * w)", [Flatten()]),
        ("return x.view(-1, 16, 5, 5)", [View((16, 5, 5))]),
        ("return F.relu(x) + x", [ReLU(), Add()]),
        ("y = x\n        y = y.relu()\n        y += x\n        return y", [ReLU(), Add()]),
        ("return torch.add(torch.relu_(x), x)", [ReLU(), Add()]),
        ("return F.softmax(x, dim=1)", [Softmax(1)]),
        ("return torch.sigmoid(x / 255)", [Pointwise("Sigmoid")]),
        ("return F.max_pool2d(x, 3, 2, 1, 1, True)", [MaxPool2d(3, 2, 1, ceil_mode=True)]),
        ("return F.max_pool2d(input=x, kernel_size=(2, 2))", [MaxPool2d((2, 2))]),
        ("return F.pad(x, (1, 0))", [ZeroPad2d((1, 0, 0, 0))]),
        ("x = x.contiguous().float()\n        return torch.tanh(x), x", [Pointwise("Tanh")]),
        ("return {'out': torch.tanh(x)}", [Pointwise("Tanh")]),
        ("with torch.no_grad():\n            x = x.tanh()\n        return x", [Pointwise("Tanh")]),
        ("assert x.shape[1] == 3, 'channels'\n        return x.tanh()", [Pointwise("Tanh")]),
        ("unused = torch.sigmoid(x)\n        return torch.tanh(x)", [Pointwise("Tanh")]),
    ],
)
def test_functions_and_methods_become_the_layers_that_do_the_same(forward, layers):
    assert layers_of(BODY.format("pass", forward)) == layers


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\n\nnn.Conv2d(3, 8, 3, strde=1)", 3, "Conv2d has no argument strde; did you mean stride?"),
        ("nn.Conv2d(3, 8)", 1, "Conv2d needs kernel_size"),
        ("nn.Linear()", 1, "Linear needs in_features and out_features"),
        ("nn.Linear(8, 2, True, 4, 5)", 1, "Linear takes 3 arguments at most, and 5 are given"),
        ("nn.Linear(8, in_features=8)", 1, "Linear is given in_features twice"),
        ("nn.LTSMX(8, 8)", 1, "nn.LTSMX is not a layer this app can draw"),
        ("nn.Conv2D(3, 8, 3)", 1, "did you mean Conv2d?"),
        ("nn.Sequntial()", 1, "did you mean Sequential?"),
        ("nn.Conv2d(3, 8, 0)", 1, "kernel_size is 0; it must be a whole number of at least 1"),
        ("nn.Conv2d(3, 8, 3, groups=2)", 1, "does not divide into 2 groups"),
        ("nn.Conv2d(3, 8, x)", 1, "x is not defined in this text"),
        ("nn.Conv2d(3, 8, 'a')", 1, "kernel_size is 'a'; it must be a whole number"),
        ("nn.Conv2d(3, 8, nn.ReLU())", 1, "takes a number or a word as kernel_size, and this is a layer"),
        ("nn.Sequential([nn.ReLU()])", 1, "put a star before the list"),
        ("nn.Sequential(nn.ReLU)", 1, "ReLU is the name of a layer, not yet a layer: write ReLU(...)"),
        ("nn.Sequential(nn.ReLU(), 3)", 1, "there is the number 3 among them"),
        ("nn.Sequential(conv=nn.ReLU())", 1, "without names"),
        ("nn.Sequential(\n    nn.ReLU(),\n    nn.Linear(3, 4\n)", 1, "the bracket ( is never closed"),
        ("nn.Sequential(\n    nn.ReLU()\n    nn.ReLU()\n)", 2, "is not Python: look for a missing comma"),
        ("if True:\nnn.ReLU()", 2, "the indentation does not agree"),
        ("(0): Conv2d(3, 64, kernel_size=(3, 3))\n(1): ReLU()", 1, "this is what print(model) shows"),
        ("net = nn.ModuleList([nn.ReLU()])", 1, "only holds layers; call them one by one"),
        ("net = nn.Sequential()", 1, "gives back what it is given: it has no layers"),
        ("", None, "There is no network in this text"),
        ("import torch\nx = 3", None, "There is no network in this text"),
        (
            BODY.format("self.conv = nn.Conv2d(3, 8, 3)", "return self.con(x)"),
            6,
            "N has no con here; did you mean conv?",
        ),
        (BODY.format("pass", "y = x"), 1, "forward gives back None, not a feature map: does it end with return x?"),
        (BODY.format("pass", "return x"), 1, "it has no layers"),
        (BODY.format("pass", "return F.conv2d(x, w)"), 6, "w is not defined"),
        (BODY.format("pass", "return F.relu_x(x)"), 6, "is not a function this app can draw; did you mean relu"),
        (BODY.format("pass", "return torch.cat([x, 3])"), 6, "there is the number 3 among them"),
        (BODY.format("pass", "if x.sum() > 0:\n            return x"), 6, "which only a picture decides"),
        (BODY.format("pass", "return x.view(-1)"), 6, "keep the batch"),
        (BODY.format("pass", "return x.view(7, -1)"), 6, "the first size in view is that of the batch"),
        (BODY.format("pass", "return x.squeze()"), 6, "has no squeze here; did you mean squeeze?"),
        (BODY.format("pass", "raise NotImplementedError"), 6, "raises an error here"),
        (
            BODY.format("self.a = nn.ReLU()", "return self.a(x, x)"),
            6,
            "a takes one feature map, and is given 2 arguments",
        ),
        ("class N(nn.Module):\n    pass", 1, "N has no forward"),
        ("class N:\n    def __init__(self): pass\nN()", 1, "N is no nn.Module"),
        (SAT6_MLP.replace("net = ", "# "), 4, "net = Sat6MLP(in_size=..., hidden_units=..., out_size=...)"),
        (SAT6_MLP.replace("128, 4)", "128, 4, 5)"), 17, "Sat6MLP takes 3 arguments at most, and 4 are given"),
        (SAT6_MLP.replace("128, 4)", "128, outsize=4)"), 17, "no argument outsize; did you mean out_size?"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_with_its_line(text, line, words):
    with pytest.raises(ReadError) as caught:
        read_network(text)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: " if line else "")


def test_a_module_that_is_used_twice_is_one_set_of_parameters():
    rows = read_network(SHARED).trace((3, 16, 16))
    again = next(row for row in rows if row.name == "mix_1")
    assert (again.module, again.num_params) == ("mix", 0)
    assert again.macs > 0


def test_a_repair_is_written_into_the_text_where_the_number_stands():
    text = SAT6_CONV_NET
    for _ in range(2):
        with pytest.raises(NetworkError) as caught:
            read_network(text).trace((4, 28, 28))
        text = repaired_text(text, fixes(caught.value)[0])
    assert "nn.Conv2d(4, 32, 5)  # channels in, filters, kernel" in text
    assert "nn.Linear(256, 128)" in text
    assert text.count("\n") == SAT6_CONV_NET.count("\n")
    assert read_network(text).trace((4, 28, 28))[-1].output_shape == (4,)


def test_a_repair_in_a_line_with_other_letters_lands_on_the_number():
    text = "net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5 if 'é – ü' else 1), nn.Linear(3 * 4 * 4, 8))"
    with pytest.raises(NetworkError) as caught:
        read_network(text).trace((3, 5, 5))
    assert "nn.Linear(75, 8))" in repaired_text(text, fixes(caught.value)[0])


def test_an_argument_written_with_names_is_not_changed_in_the_text():
    with pytest.raises(NetworkError) as caught:
        read_network("n = 48\nnet = nn.Sequential(nn.Flatten(), nn.Linear(n, 8))").trace((3, 5, 5))
    fix = fixes(caught.value)[0]
    assert fix.span is None
    with pytest.raises(ValueError, match="write it into the text where the number comes from"):
        repaired_text("", fix)


def test_a_view_of_the_wrong_size_is_repaired_in_its_line():
    text = OLD_TUTORIAL.replace("self.num_flat_features(x))", "16 * 5 * 5)")
    with pytest.raises(NetworkError) as caught:
        read_network(text).trace((1, 28, 28))
    assert caught.value.name == "view"
    assert "x.view(-1, 256)" in repaired_text(text, fixes(caught.value)[0])


# Keras


def test_new_keras_is_read_with_its_channels_put_first():
    network = read_network(NEW_KERAS)
    assert network.input_shape == (1, 28, 28)
    rows = {row.name: row for row in network.trace((1, 28, 28))}
    assert rows["conv2d"].layer == Conv2d(1, 32, (3, 3), padding=1)
    assert rows["batch_normalization"].layer == BatchNorm2d(32)
    assert rows["conv2d_pad"].output_shape == (32, 15, 15)
    assert rows["conv2d_1"].output_shape == (64, 7, 7)
    assert rows["depthwise_conv2d"].output_shape == (64, 5, 5)
    assert rows["zero_padding2d"].output_shape == (64, 6, 6)
    assert rows["separable_conv2d"].output_shape == (16, 6, 6)
    assert rows["conv2d_transpose"].output_shape == (8, 12, 12)
    assert rows["scores"].layer == Linear(8, 10)
    # as Keras counts them, less the 64 moving averages
    own = {name: row.num_params for name, row in rows.items() if row.num_params}
    assert sum(own.values()) == 320 + 64 + 32 * 64 * 9 + 64 * 10 + (64 * 9 + 64 * 16 + 16) + (16 * 8 * 9 + 8) + 90


@pytest.mark.parametrize("size", [5, 6, 7, 8])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_divides_the_size_by_the_stride_and_rounds_up(size, kernel, stride):
    for name in (f"Conv2D(2, {kernel}", f"AveragePooling2D({kernel}"):
        text = f"Sequential([{name}, strides={stride}, padding='same', input_shape=({size}, {size}, 1))])"
        assert read_network(text).trace((1, size, size))[-1].output_shape[1:] == (-(-size // stride),) * 2


@pytest.mark.parametrize("size", [5, 8])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (1, 2), (2, 2), (3, 2), (4, 2), (2, 3), (4, 3), (5, 3)])
def test_a_transposed_convolution_of_keras_multiplies_the_size_by_the_stride(size, kernel, stride):
    text = (
        f"Sequential([Conv2DTranspose(2, {kernel}, strides={stride}, padding='same', input_shape=({size}, {size}, 1))])"
    )
    assert read_network(text).trace((1, size, size))[-1].output_shape == (2, size * stride, size * stride)
    text = text.replace("same", "valid")
    full = size * stride + max(kernel - stride, 0)
    assert read_network(text).trace((1, size, size))[-1].output_shape == (2, full, full)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Sequential([Dense(4, input_dim=784)])", (784,)),
        ("Sequential([Dense(4, input_shape=(784,))])", (784,)),
        ("Sequential([Flatten(input_shape=(28, 28)), Dense(4)])", (1, 28, 28)),
        ("model = Sequential()\nmodel.add(Input((32, 30, 3)))\nmodel.add(Flatten())", (3, 32, 30)),
        ("model = Sequential()\nmodel.add(Flatten(batch_input_shape=(None, 32, 30, 3)))", (3, 32, 30)),
        ("Sequential([Conv2D(4, 3, input_shape=(32, 30, 12), data_format='channels_first')])", (32, 30, 12)),
        ("Sequential([Flatten()])", None),
        ("Sequential([Sequential([Flatten(input_shape=(8, 8, 3))]), Dense(4)])", (3, 8, 8)),
    ],
)
def test_the_input_shape_of_a_keras_listing_is_kept(text, shape):
    assert read_network(text).input_shape == shape


def test_old_names_of_keras_are_read_as_the_new_ones():
    old = (
        "model = Sequential()\nmodel.add(Convolution2D(nb_filter=8, nb_row=3, nb_col=5, subsample=(2, 2), bias=False, "
        "init='he_normal', W_regularizer=None, input_shape=(3, 9, 9), dim_ordering='th'))\n"
        "model.add(Activation('relu'))\nmodel.add(Flatten())\nmodel.add(Dense(output_dim=4))\nmodel.add(Dropout(p=0.2))"
    )
    layers = [node.layer for node in read_network(old).nodes]
    assert layers[0] == Conv2d(3, 8, (3, 5), stride=(2, 2), bias=False)
    assert layers[1] == ReLU()
    assert layers[3] == Linear(8 * 4 * 3, 4)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "model = Sequential()\nmodel.add(Conv2D(3, 3, stride=2))",
            2,
            "Conv2D has no argument stride; did you mean strides?",
        ),
        ("model = Sequential()\nmodel.add(Conv2d(3, 3))", 2, "did you mean Conv2D?"),
        (
            "model = Sequential()\nmodel.add(layers.ConvLSTM2D(3))",
            2,
            "ConvLSTM2D is not a layer of Keras that this app",
        ),
        ("model = Sequential()\nmodel.add(LSTM(3))", 2, "LSTM takes a sequence (steps, features)"),
        ("model = Sequential()\nmodel.add(Conv2D(3, 3, padding='full'))", 2, "in Keras it is 'valid' or 'same'"),
        ("model = Sequential()\nmodel.add(Activation('rely'))", 2, "'rely' is not an activation that is read here"),
        ("model = Sequential()\nmodel.add(3)", 2, "a model takes layers, and this is the number 3"),
        ("model = Sequential()", 1, "the model has no layers"),
        ("Sequential([Conv2D(2, 3, strides=2, dilation_rate=2, input_shape=(9, 9, 1))])", 1, "Keras refuses strides"),
        ("model = Sequential()\nmodel.add(model)", 1, "contains itself"),
        ("Sequential([Conv2DTranspose(2, 4, padding='same', input_shape=(4, 4, 1))])", 1, "take an odd kernel_size"),
        ("import keras", None, "There is no network in this text"),
    ],
)
def test_what_cannot_be_read_of_keras_is_said_in_a_sentence(text, line, words):
    with pytest.raises(ReadError) as caught:
        read_network(text)
    assert words in str(caught.value)
    assert caught.value.line == line


def test_a_keras_listing_that_does_not_fit_its_input_carries_the_rows_before():
    with pytest.raises(NetworkError) as caught:
        read_network(old_keras_vgg(), (3, 211, 211)).trace((3, 211, 211))
    assert caught.value.line == 18 + 1
    assert len(caught.value.rows) == 30
    assert isinstance(caught.value.node.layer, MaxPool2d)


def test_a_transposed_convolution_of_keras_is_one_of_pytorch():
    network = read_network("Sequential([Conv2DTranspose(2, 2, strides=3, input_shape=(4, 4, 1))])")
    assert network.nodes[0].layer == ConvTranspose2d(1, 2, 2, 3, (0, 0), (1, 1))
