"""Networks to begin with: the opening one, and those that the suggestions put into the text."""

from dataclasses import dataclass

from cnnviz.arithmetic.settings import Shape


@dataclass(frozen=True)
class Example:
    """A text with the shape that is fed in, and what its button says."""

    label: str
    text: str
    input_shape: Shape


CONVNET = """\
class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d({channels}, 32, kernel_size=5)
        self.conv2 = nn.Conv2d(32, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * {side} * {side}, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
"""

RESIDUAL = """\
class Block(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + self.shortcut(x))


class SmallResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.block1 = Block(16, 16)
        self.block2 = Block(16, 32, stride=2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.stem(x))
        x = self.block2(self.block1(x))
        x = torch.flatten(self.pool(x), 1)
        return self.fc(x)
"""


def vgg16(padded: bool) -> str:
    """VGG-16 as a listing in Keras 1, with or without border_mode='same'."""
    same = ", border_mode='same'" if padded else ""
    lines = ["model = Sequential()"]
    first = ", input_shape=(3, 224, 224)"
    for filters, convolutions in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(convolutions):
            lines.append(f"model.add(Convolution2D({filters}, 3, 3, activation='relu'{same}{first}))")
            first = ""
        lines.append("model.add(MaxPooling2D((2, 2), strides=(2, 2)))")
    lines.append("model.add(Flatten())")
    for units in (4096, 4096):
        lines += [f"model.add(Dense({units}, activation='relu'))", "model.add(Dropout(0.5))"]
    lines += ["model.add(Dense(1000, activation='softmax'))", ""]
    return "\n".join(lines)


OPENING = Example("The opening network", CONVNET.format(name="PatchNet", channels=4, side=4), (4, 28, 28))
EXAMPLES = (
    Example("Sat6ConvNet, which does not fit", CONVNET.format(name="Sat6ConvNet", channels=1, side=5), (4, 28, 28)),
    Example("VGG-16 without padding", vgg16(padded=False), (3, 224, 224)),
    Example("VGG-16 as it is meant", vgg16(padded=True), (3, 224, 224)),
    Example("A network with skips", RESIDUAL, (3, 32, 32)),
)
