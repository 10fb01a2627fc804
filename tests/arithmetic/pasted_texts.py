"""Texts as students paste them, for the tests of the reader: PyTorch in all its ways, and Keras old and new."""

SAT6_CONV_NET = '''
import torch
import torch.nn as nn
import torch.nn.functional as F


class Sat6ConvNet(nn.Module):
    """A network for satellite pictures – 28 × 28 pixels, four channels."""

    def __init__(self, out_size: int = 4):
        super(Sat6ConvNet, self).__init__()
        self.conv1 = nn.Conv2d(1, 32, 5)  # channels in, filters, kernel
        self.conv2 = nn.Conv2d(32, 16, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, out_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
'''

SAT6_MLP = """
import torch.nn as nn

class Sat6MLP(nn.Module):
    def __init__(self, in_size, hidden_units, out_size):
        super().__init__()
        self.fc1 = nn.Linear(in_size, hidden_units)
        self.fc2 = nn.Linear(hidden_units, hidden_units)
        self.fc3 = nn.Linear(hidden_units, out_size)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)

net = Sat6MLP(28 * 28 * 4, 128, 4)
"""

RESNET = """
import torch
import torch.nn as nn


def conv3x3(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion: int = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes, stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * self.expansion, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.inplanes = 64
        self.conv1 = nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2)
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2)
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def _make_layer(self, block, planes, blocks, stride=1):
        downsample = None
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(
                nn.Conv2d(self.inplanes, planes * block.expansion, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(planes * block.expansion),
            )
        layers = []
        layers.append(block(self.inplanes, planes, stride, downsample))
        self.inplanes = planes * block.expansion
        for _ in range(1, blocks):
            layers.append(block(self.inplanes, planes))
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


"""


def resnet(depth: int) -> str:
    """The code of a ResNet of that depth."""
    layers = {18: "[2, 2, 2, 2]", 34: "[3, 4, 6, 3]", 50: "[3, 4, 6, 3]", 101: "[3, 4, 23, 3]", 152: "[3, 8, 36, 3]"}
    block = "BasicBlock" if depth < 50 else "Bottleneck"
    return f"{RESNET}model = ResNet({block}, {layers[depth]})\n"


VGG = """
import torch.nn as nn
cfgs = {"D": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]}

def make_layers(cfg, batch_norm=False):
    layers = []
    in_channels = 3
    for v in cfg:
        if v == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
        else:
            conv2d = nn.Conv2d(in_channels, v, kernel_size=3, padding=1)
            if batch_norm:
                layers += [conv2d, nn.BatchNorm2d(v), nn.ReLU(inplace=True)]
            else:
                layers += [conv2d, nn.ReLU(inplace=True)]
            in_channels = v
    return nn.Sequential(*layers)

class VGG(nn.Module):
    def __init__(self, features, num_classes=1000, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        x = self.features(x)
        x = self.avgpool(x)
        x = x.view(x.size(0), -1)
        return self.classifier(x)

model = VGG(make_layers(cfgs["D"]))
"""

SHARED = """
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.mix = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Linear(2 * width, 10)

    def forward(self, x):
        x = self.conv(x)
        a = F.relu(self.mix(x))
        b = F.leaky_relu(self.mix(a), 0.2)
        x = torch.cat([torch.add(a, x), b], dim=1)
        x = F.avg_pool2d(F.dropout(x, 0.3, training=self.training), 2)
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return F.log_softmax(self.out(x), dim=1)

net = Net()
"""

LISTS = """
import torch
from collections import OrderedDict
from torch import nn

class Block(nn.Sequential):
    def __init__(self, i, o, **settings):
        super().__init__(nn.Conv2d(i, o, 3, **settings), nn.BatchNorm2d(o), nn.ReLU6())

class Net(nn.Module):
    widths = (16, 32)

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(OrderedDict([("conv", nn.Conv2d(3, 16, 3)), ("act", nn.ReLU())]))
        self.blocks = nn.ModuleList([Block(i, o, padding=1) for i, o in [(16, 16), (16, 32)]])
        self.blocks.append(nn.MaxPool2d(2))
        self.heads = nn.ModuleDict({"score": nn.Linear(32, 5)})

    def forward(self, x):
        x = self.stem(x)
        for i, block in enumerate(self.blocks):
            if i % 2 == 0 and i < 5:
                x = block(x)
            else:
                y = block(x)
                x = y
        b, c, h, w = x.shape
        x = x.mean(dim=(2, 3))
        x = x.reshape(b, self.widths[-1])
        return self.heads["score"](x)

net = Net()
"""

OLD_TUTORIAL = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):

    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x

    def num_flat_features(self, x):
        size = x.size()[1:]
        num_features = 1
        for s in size:
            num_features *= s
        return num_features

net = Net()
print(net)
"""

U_NET = """
import torch
from torch import nn

class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 8, 3, padding='same'), nn.SiLU())
        self.pool = nn.MaxPool2d(2)
        self.bottom = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.out = nn.Conv2d(16, 2, 1)

    def forward(self, x):
        skip = self.down(x)
        x = self.up(self.bottom(self.pool(skip)))
        return self.out(torch.cat((x, skip), 1))

net = UNet()
"""

# name -> text, the shape it is made for
PYTORCH = {
    "sat6_conv_net": (SAT6_CONV_NET + "\nnet = Sat6ConvNet()\n", (1, 32, 32)),
    "sat6_mlp": (SAT6_MLP, (3136,)),
    "resnet18": (resnet(18), (3, 64, 64)),
    "resnet50": (resnet(50), (3, 64, 64)),
    "vgg": (VGG, (3, 64, 64)),
    "shared": (SHARED, (3, 16, 16)),
    "lists": (LISTS, (3, 16, 16)),
    "old_tutorial": (OLD_TUTORIAL, (1, 32, 32)),
    "u_net": (U_NET, (1, 16, 16)),
}

VGG_WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)


def old_keras_vgg(border_mode: str = "", input_shape: str = "(3, 224, 224)") -> str:
    """The lecture's listing of VGG-16 in Keras 1: model.add(Convolution2D(64, 3, 3, ...))."""
    lines = ["model = Sequential()"]
    for place, width in enumerate(VGG_WIDTHS):
        if width:
            extra = f", input_shape={input_shape}" if place == 0 and input_shape else ""
            extra += f", border_mode='{border_mode}'" if border_mode else ""
            lines.append(f"model.add(Convolution2D({width}, 3, 3, activation='relu'{extra}))")
        else:
            lines.append("model.add(MaxPooling2D((2, 2), strides=(2, 2)))")
    lines += ["model.add(Flatten())", "model.add(Dense(4096, activation='relu'))", "model.add(Dropout(0.5))"]
    lines += ["model.add(Dense(4096, activation='relu'))", "model.add(Dropout(0.5))"]
    lines += ["model.add(Dense(1000, activation='softmax'))", "sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9)"]
    return "\n".join([*lines, "model.compile(optimizer=sgd, loss='categorical_crossentropy')"])


NEW_KERAS = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Rescaling(1.0 / 255),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu", padding="same"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, 3, strides=2, padding="same", activation=tf.nn.relu, use_bias=False),
        layers.DepthwiseConv2D(3),
        layers.ZeroPadding2D(((0, 1), (1, 0))),
        layers.SeparableConv2D(16, 3, padding="same"),
        layers.Conv2DTranspose(8, 3, strides=2, padding="same"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax", name="scores"),
    ]
)
model.summary()
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=128, epochs=15, validation_split=0.1)
"""
