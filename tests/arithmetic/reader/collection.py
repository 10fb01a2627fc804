# ruff: noqa: E501 (each text stands in one line of the table)
"""Texts of the usual kinds, by kind, each with the shape that it is made for; torch says what is true of them.

A text is (name, code, shape of one image) or has a fourth part, the values that it leaves open.
"""

from typing import Any

HEAD = "import math\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def net(init: str, forward: str, arguments: str = "", call: str = "Net()", more: str = "") -> str:
    """A class with these lines in its __init__ and its forward, and a call of it."""
    lines = "\n".join("        " + line for line in init.strip("\n").split("\n"))
    body = "\n".join("        " + line for line in forward.strip("\n").split("\n"))
    return (
        f"{HEAD}{more}\nclass Net(nn.Module):\n    def __init__(self{arguments}):\n        super().__init__()\n{lines}\n\n"
        f"    def forward(self, x):\n{body}\n\nnet = {call}\n"
    )


CONV = "self.conv = nn.Conv2d(3, 8, 3, padding=1)\nself.fc = nn.Linear(8, 10)"
END = "x = F.adaptive_avg_pool2d(x, 1).flatten(1)\nreturn self.fc(x)"
IMAGE = (3, 16, 16)

# Layers: one in front of a convolution's maps, or by itself.
ON_MAPS = (
    "nn.PReLU()", "nn.PReLU(8)", "nn.GroupNorm(4, 8)", "nn.InstanceNorm2d(8)", "nn.InstanceNorm2d(8, affine=True)",
    "nn.Upsample(scale_factor=2)", "nn.Upsample(size=(9, 7), mode='bilinear', align_corners=False)",
    "nn.UpsamplingNearest2d(scale_factor=2)", "nn.UpsamplingBilinear2d(size=5)", "nn.PixelShuffle(2)", "nn.PixelUnshuffle(2)",
    "nn.ChannelShuffle(2)", "nn.ReflectionPad2d(2)", "nn.ReplicationPad2d((1, 2, 0, 1))", "nn.ConstantPad2d(1, 0.5)",
    "nn.CircularPad2d(1)", "nn.ZeroPad2d((1, 0, 2, 0))", "nn.LPPool2d(2, 3, stride=2)", "nn.AdaptiveMaxPool2d((3, 5))",
    "nn.FractionalMaxPool2d(2, output_ratio=0.5)", "nn.LocalResponseNorm(5)", "nn.Softmax2d()", "nn.Hardswish()", "nn.SiLU()",
    "nn.Threshold(0.1, 0)", "nn.Softshrink()", "nn.RReLU()", "nn.Dropout2d(0.3)", "nn.FeatureAlphaDropout()", "nn.Identity()",
    "nn.LayerNorm([8, 16, 16])", "nn.RMSNorm(16)", "nn.GLU(dim=1)", "nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)",
    "nn.MaxPool2d(3, 2, ceil_mode=True)", "nn.AvgPool2d(3, 2, count_include_pad=False)", "nn.LazyConv2d(12, 3)",
    "nn.LazyBatchNorm2d()", "nn.Sequential(nn.Unfold(2, stride=2), nn.Fold((16, 16), 2, stride=2))",
    "nn.utils.spectral_norm(nn.Conv2d(8, 8, 3))", "nn.utils.weight_norm(nn.Conv2d(8, 8, 3))",
    "nn.Sequential(nn.Flatten(), nn.LazyLinear(7))", "nn.Sequential(nn.Flatten(2), nn.Conv1d(8, 4, 3))",
    "nn.Sequential(nn.Unflatten(1, (2, 4)), nn.Conv3d(2, 4, 3, padding=1))", "nn.Dropout(0.2, inplace=True)",
)  # fmt: skip
LAYERS: list[Any] = [
    (
        layer,
        net(f"self.conv = nn.Conv2d(3, 8, 3, padding=1)\nself.layer = {layer}", "return self.layer(self.conv(x))"),
        IMAGE,
    )
    for layer in ON_MAPS
]
BY_THEMSELVES = [
    ("conv1d", "nn.Sequential(nn.Conv1d(4, 8, 5, stride=2, padding=2), nn.BatchNorm1d(8), nn.MaxPool1d(2), nn.AdaptiveAvgPool1d(3))", (4, 50)),
    ("conv1d transposed", "nn.Sequential(nn.ConvTranspose1d(4, 8, 4, 2, 1), nn.ReplicationPad1d(3), nn.LPPool1d(2, 3))", (4, 50)),
    ("conv3d", "nn.Sequential(nn.Conv3d(3, 8, 3, padding=1), nn.BatchNorm3d(8), nn.MaxPool3d((1, 2, 2)), nn.AdaptiveAvgPool3d(1), nn.Flatten())", (3, 4, 8, 8)),
    ("conv3d transposed", "nn.Sequential(nn.ConvTranspose3d(3, 8, 2, stride=2), nn.InstanceNorm3d(8, affine=True), nn.AvgPool3d(2))", (3, 4, 8, 8)),
    ("mlp", "nn.Sequential(nn.Linear(20, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Dropout(), nn.Linear(30, 2), nn.LogSoftmax(dim=1))", (20,)),
    ("tokens", "nn.Sequential(nn.Linear(16, 32), nn.LayerNorm(32), nn.GELU(), nn.Softmax(dim=-1))", (10, 16)),
    ("transformer", "nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), 2)", (10, 16)),
]  # fmt: skip
LAYERS += [(name, f"{HEAD}net = {code}\n", shape) for name, code, shape in BY_THEMSELVES]

# Forwards: what is done between a convolution and the last layer.
FORWARDS = {
    "sizes unpacked": "x = self.conv(x)\nb, c, h, w = x.size()\nx = x.view(b, c, h * w).mean(2)\nreturn self.fc(x)",
    "shape sliced": "x = self.conv(x)\nx = F.avg_pool2d(x, x.shape[2:])\nreturn self.fc(x.view(x.shape[0], -1))",
    "while": "x = self.conv(x)\nwhile x.shape[-1] > 4:\n    x = F.max_pool2d(x, 2)\n" + END,
    "if on a size": "x = self.conv(x)\nif x.size(2) % 2 == 0:\n    x = F.max_pool2d(x, 2)\nelse:\n    x = F.avg_pool2d(x, 3)\n" + END,
    "computed pad": "x = self.conv(x)\np = (20 - x.size(-1)) // 2\nx = F.pad(x, (p, p, p, p), mode='reflect')\n" + END,
    "permute": "x = self.conv(x).permute(0, 2, 3, 1)\nreturn self.fc(x)",
    "transpose": "x = self.conv(x).flatten(2).transpose(1, 2)\nreturn self.fc(x)",
    "products": "x = self.conv(x)\nx = x * torch.sigmoid(x)\n" + END,
    "broadcast gate": "x = self.conv(x)\nx = x * x.mean((2, 3), keepdim=True).sigmoid()\n" + END,
    "differences": "x = self.conv(x)\nx = x - F.avg_pool2d(x, 3, 1, 1)\n" + END,
    "scalars": "x = 2 * self.conv(x / 255.0) - 1\nx = -x ** 2\n" + END,
    "mean over one axis": "x = self.conv(x).mean(-1).mean(-1)\nreturn self.fc(x)",
    "sum": "x = self.conv(x).sum(dim=(2, 3))\nreturn self.fc(x)",
    "max with indices": "x, _ = self.conv(x).flatten(2).max(dim=2)\nreturn self.fc(x)",
    "amax": "x = self.conv(x).amax(dim=(-2, -1))\nreturn self.fc(x)",
    "std": "x = self.conv(x).std(dim=[2, 3])\nreturn self.fc(x)",
    "slices": "x = self.conv(x)[:, :, ::2, 1:-1]\n" + END,
    "one place": "x = self.conv(x)[:, :, 0, -1]\nreturn self.fc(x)",
    "dots": "x = self.conv(x)[..., 0].squeeze(-1).mean(-1)\nreturn self.fc(x)",
    "new axis": "x = self.conv(x)[:, None].squeeze(1)\n" + END,
    "chunk": "a, b = self.conv(x).chunk(2, dim=1)\nx = torch.cat([a * b, b], dim=1)\n" + END,
    "split": "a, b = torch.split(self.conv(x), [3, 5], 1)\nx = torch.cat((b, a), 1)\n" + END,
    "stack": "x = self.conv(x)\nx = torch.stack([x, x.relu()], dim=2).sum(2)\n" + END,
    "unbind": "x = self.conv(x)\nrows = x.unbind(2)\nx = torch.stack(rows[:4], 2)\n" + END,
    "expand": "x = self.conv(x)\ny = x.mean(dim=(2, 3), keepdim=True).expand(-1, -1, 4, 4)\nreturn self.fc(y.mean((2, 3)))",
    "expand as": "x = self.conv(x)\ny = x[:, :, :1, :1].expand_as(x)\nx = x + y\n" + END,
    "repeat": "x = self.conv(x).repeat(1, 1, 2, 1)\n" + END,
    "interpolate": "x = self.conv(x)\ny = F.max_pool2d(x, 2)\nx = x + F.interpolate(y, size=x.shape[2:], mode='bilinear')\n" + END,
    "interpolate by a factor": "x = F.interpolate(self.conv(x), scale_factor=0.5)\n" + END,
    "matmul": "q = self.conv(x).flatten(2)\nx = (q @ q.transpose(1, 2)).softmax(-1) @ q\nreturn self.fc(x.mean(-1))",
    "bmm": "q = self.conv(x).view(x.size(0), 8, -1)\nx = torch.bmm(torch.bmm(q, q.permute(0, 2, 1)), q)\nreturn self.fc(x.mean(2))",
    "einsum": "q = self.conv(x).flatten(2)\nx = torch.einsum('bcn,bdn->bcd', q, q)\nreturn self.fc(x)",
    "attention": "q = self.conv(x).flatten(2).transpose(1, 2)\nx = F.scaled_dot_product_attention(q, q, q)\nreturn self.fc(x)",
    "roll and flip": "x = torch.flip(torch.roll(self.conv(x), 1, 2), [3])\n" + END,
    "exp and clamp": "x = torch.exp(self.conv(x)).clamp(0, 1).sqrt()\n" + END,
    "normalize": "x = F.normalize(self.conv(x), dim=1)\n" + END,
    "zeros": "x = self.conv(x)\nx = torch.cat([x, torch.zeros(x.size(0), 8, 16, 16)], dim=2)\n" + END,
    "zeros like": "x = self.conv(x)\nx = x + torch.zeros_like(x)\n" + END,
    "numel": "x = self.conv(x)\nn = x.numel() // x.size(0)\nx = x.reshape(-1, n)[:, :8]\nreturn self.fc(x)",
    "two outputs": "x = self.conv(x)\nreturn self.fc(x.mean((2, 3))), x",
    "a dict": "x = self.conv(x)\nreturn {'out': self.fc(x.mean((2, 3))), 'maps': x}",
    "assert": "assert x.dim() == 4 and x.size(1) == 3, 'channels'\nx = self.conv(x)\n" + END,
    "training": "x = self.conv(x)\nif self.training:\n    x = x + torch.randn_like(x)\n" + END,
    "walrus": "if (y := self.conv(x)).size(1) == 8:\n    x = y\n" + END,
    "match": "x = self.conv(x)\nmatch x.size(1):\n    case 4:\n        x = F.relu(x)\n    case 8 | 16:\n        x = F.gelu(x)\n    case _:\n        pass\n" + END,
    "try": "try:\n    x = self.conv(x)\nexcept RuntimeError as error:\n    raise ValueError('size') from error\n" + END,
    "lambda": "act = lambda t: F.leaky_relu(t, 0.1)\nx = act(self.conv(x))\n" + END,
    "loop over functions": "x = self.conv(x)\nfor f in (F.relu, torch.tanh, F.silu):\n    x = f(x)\n" + END,
    "unflatten": "x = self.conv(x).unflatten(1, (2, 4)).flatten(1, 2)\n" + END,
    "list of features": "feats = []\nx = self.conv(x)\nfor _ in range(3):\n    x = F.max_pool2d(x, 2)\n    feats.append(x.mean((2, 3)))\nreturn self.fc(sum(feats) / len(feats))",
    "local function": "def half(t, times=1):\n    for _ in range(times):\n        t = F.avg_pool2d(t, 2)\n    return t\nx = half(self.conv(x), times=2)\n" + END,
    "no grad": "with torch.no_grad():\n    x = self.conv(x)\n" + END,
    "squeeze": "x = F.adaptive_avg_pool2d(self.conv(x), 1).squeeze()\nreturn self.fc(x)",
    "unsqueeze": "x = self.conv(x).mean((2, 3)).unsqueeze(1)\nreturn self.fc(x).squeeze(1)",
    "detach and contiguous": "x = self.conv(x).detach().contiguous().clone()\n" + END,
    "where": "x = self.conv(x)\nx = torch.where(x > 0, x, torch.zeros_like(x))\n" + END,
    "masked": "x = self.conv(x)\nmask = x > 0.5\nx = x.masked_fill(mask, 0.0)\n" + END,
    "topk": "x = self.conv(x).flatten(2)\nv, i = x.topk(5, dim=-1)\nreturn self.fc(v.mean(-1))",
    "cumsum": "x = self.conv(x).cumsum(dim=2)\n" + END,
}  # fmt: skip
FORWARD_TEXTS = [(name, net(CONV, forward), IMAGE) for name, forward in FORWARDS.items()]

# Python in the __init__, and around the class.
LINEAR = "return self.net(x.flatten(1))"
INITS = {
    "range": "self.net = nn.Sequential(*[nn.Linear(48 if i == 0 else 16, 16) for i in range(3)])",
    "zip": "sizes = [48, 32, 16, 4]\nself.net = nn.Sequential(*(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])))",
    "enumerate and names": "layers = []\nfor i, n in enumerate([32, 16]):\n    layers.append((f'fc{i + 1}', nn.Linear([48, 32][i], n)))\n"
    "from collections import OrderedDict\nself.net = nn.Sequential(OrderedDict(layers))",
    "setattr": "for i in range(2):\n    setattr(self, f'fc{i}', nn.Linear(48, 48))\nself.net = nn.Sequential(getattr(self, 'fc%d' % 0), self.fc1)",
    "dict of activations": "act = {'relu': nn.ReLU, 'tanh': nn.Tanh}['tanh']\nself.net = nn.Sequential(nn.Linear(48, 8), act())",
    "moduledict": "self.d = nn.ModuleDict({'a': nn.Linear(48, 8), 'b': nn.Linear(8, 2)})\nself.net = nn.Sequential(self.d['a'], self.d['b'])",
    "modulelist": "self.l = nn.ModuleList([nn.Linear(48, 48)])\nself.l.append(nn.ReLU())\nself.l.extend([nn.Linear(48, 5)])\nself.net = nn.Sequential(*self.l)",
    "add_module": "self.net = nn.Sequential()\nself.net.add_module('fc', nn.Linear(48, 3))\nself.net.append(nn.ReLU())",
    "math": "self.net = nn.Linear(int(math.sqrt(48 * 48)), 2 ** int(math.log2(16)))",
    "partial": "from functools import partial\nfc = partial(nn.Linear, bias=False)\nself.net = nn.Sequential(fc(48, 8), fc(8, 4))",
    "deepcopy": "import copy\nfc = nn.Linear(48, 48)\nself.net = nn.Sequential(*[copy.deepcopy(fc) for _ in range(3)])",
    "shared": "fc = nn.Linear(48, 48)\nself.net = nn.Sequential(*[fc for _ in range(3)])",
    "tied": "self.a = nn.Linear(48, 48)\nself.b = nn.Linear(48, 48)\nself.b.weight = self.a.weight\nself.net = nn.Sequential(self.a, self.b)",
    "namedtuple": "from collections import namedtuple\nC = namedtuple('C', 'i o')\nc = C(48, o=6)\nself.net = nn.Linear(c.i, c.o)",
    "conditional": "norm = nn.BatchNorm1d if True else nn.LayerNorm\nself.net = nn.Sequential(nn.Linear(48, 8), norm(8))",
    "star arguments": "args = (48, 8)\nkw = dict(bias=False)\nself.net = nn.Linear(*args, **kw)",
    "reversed": "self.net = nn.Sequential(*reversed([nn.Linear(8, 4), nn.ReLU(), nn.Linear(48, 8)]))",
    "map and filter": "sizes = list(map(int, ['48', '8']))\nself.net = nn.Linear(*filter(lambda s: s > 0, sizes))",
    "apply init": "self.net = nn.Linear(48, 8)\nself.net.apply(lambda m: nn.init.xavier_uniform_(m.weight) if isinstance(m, nn.Linear) else None)",
    "weights set": "self.net = nn.Linear(48, 8)\nfor m in self.modules():\n    if isinstance(m, nn.Linear):\n        nn.init.normal_(m.weight, 0, 0.01)\n        m.bias.data.zero_()",
    "buffer": "self.register_buffer('mean', torch.zeros(48))\nself.net = nn.Linear(48, 8)",
    "unused": "self.net = nn.Linear(48, 8)\nself.aux = nn.Linear(48, 100)",
    "parameterlist": "self.net = nn.Linear(48, 8)\nself.s = nn.ParameterList([nn.Parameter(torch.ones(3)) for _ in range(2)])",
}  # fmt: skip
INIT_TEXTS = [(name, net(init, LINEAR), (3, 4, 4)) for name, init in INITS.items()]

OWN_PARAMETERS = [
    ("positions added", net("self.pos = nn.Parameter(torch.zeros(1, 10, 16))\nself.fc = nn.Linear(16, 4)", "return self.fc(x + self.pos)"), (10, 16)),
    ("class token", net("self.cls = nn.Parameter(torch.zeros(1, 1, 16))\nself.fc = nn.Linear(16, 4)",
                        "x = torch.cat([self.cls.expand(x.size(0), -1, -1), x], dim=1)\nreturn self.fc(x[:, 0])"), (10, 16)),
    ("layer scale", net("self.conv = nn.Conv2d(3, 8, 3)\nself.gamma = nn.Parameter(torch.ones(8, 1, 1))", "return self.conv(x) * self.gamma"), IMAGE),
    ("own matrix", net("self.w = nn.Parameter(torch.randn(16, 4))\nself.b = nn.Parameter(torch.zeros(4))", "return torch.matmul(x, self.w) + self.b"), (10, 16)),
    ("own linear", net("self.w = nn.Parameter(torch.randn(4, 16))\nself.b = nn.Parameter(torch.zeros(4))", "return F.linear(x, self.w, self.b)"), (10, 16)),
    ("own convolution", net("self.w = nn.Parameter(torch.randn(8, 3, 3, 3))", "return F.conv2d(x, self.w, padding=1, stride=2)"), IMAGE),
    ("scalar", net("self.conv = nn.Conv2d(3, 3, 1)\nself.a = nn.Parameter(torch.zeros(1))", "return x + self.a * self.conv(x)"), IMAGE),
    ("frozen", net("self.conv = nn.Conv2d(3, 8, 3)\nself.fc = nn.Linear(8, 2)\nfor p in self.conv.parameters():\n    p.requires_grad = False",
                   "return self.fc(self.conv(x).mean((2, 3)))"), IMAGE),
]  # fmt: skip

SEQUENCES = [
    ("lstm", net("self.rnn = nn.LSTM(16, 32, 2, batch_first=True, bidirectional=True)\nself.fc = nn.Linear(64, 5)",
                 "out, (h, c) = self.rnn(x)\nreturn self.fc(out[:, -1, :])"), (12, 16)),
    ("lstm state", net("self.rnn = nn.LSTM(16, 32, batch_first=True)\nself.fc = nn.Linear(32, 5)", "_, (h, _) = self.rnn(x)\nreturn self.fc(h[-1])"), (12, 16)),
    ("gru with h0", net("self.rnn = nn.GRU(16, 32, num_layers=2, batch_first=True)\nself.fc = nn.Linear(32, 5)",
                        "h0 = torch.zeros(2, x.size(0), 32)\nout, _ = self.rnn(x, h0)\nreturn self.fc(out[:, -1])"), (12, 16)),
    ("rnn steps first", net("self.rnn = nn.RNN(16, 32, nonlinearity='relu')\nself.fc = nn.Linear(32, 5)",
                            "x = x.permute(1, 0, 2)\nout, h = self.rnn(x)\nreturn self.fc(out[-1])"), (12, 16)),
    ("cnn and lstm", net("self.conv = nn.Conv2d(3, 8, 3, padding=1)\nself.rnn = nn.LSTM(8 * 16, 20, batch_first=True)",
                         "x = self.conv(x).permute(0, 3, 1, 2)\nx = x.flatten(2)\nout, _ = self.rnn(x)\nreturn out[:, -1]"), IMAGE),
    ("frames in the batch", net("self.conv = nn.Conv2d(3, 8, 3)\nself.rnn = nn.GRU(8, 6, batch_first=True)",
                                "b, t, c, h, w = x.shape\nx = self.conv(x.view(b * t, c, h, w)).mean((2, 3))\nout, _ = self.rnn(x.view(b, t, -1))\nreturn out[:, -1]"),
     (4, 3, 8, 8)),
    ("self-attention", net("self.att = nn.MultiheadAttention(16, 4, batch_first=True)\nself.norm = nn.LayerNorm(16)",
                           "a, w = self.att(x, x, x)\nreturn self.norm(x + a)"), (12, 16)),
    ("own heads", net("self.qkv = nn.Linear(16, 48, bias=False)\nself.out = nn.Linear(16, 16)",
                      "B, N, C = x.shape\nqkv = self.qkv(x).reshape(B, N, 3, 4, C // 4).permute(2, 0, 3, 1, 4)\nq, k, v = qkv[0], qkv[1], qkv[2]\n"
                      "att = (q @ k.transpose(-2, -1)) * (C // 4) ** -0.5\nx = (att.softmax(dim=-1) @ v).transpose(1, 2).reshape(B, N, C)\nreturn self.out(x)"),
     (12, 16)),
    ("sines", net("pe = torch.zeros(12, 16)\nposition = torch.arange(0, 12).unsqueeze(1)\npe[:, 0::2] = torch.sin(position.float())\n"
                  "self.register_buffer('pe', pe.unsqueeze(0))\nself.fc = nn.Linear(16, 2)", "return self.fc(x + self.pe[:, :x.size(1)])"), (12, 16)),
]  # fmt: skip

BLOCK = """
class Block(nn.Module):
    def __init__(self, i, o, stride=1):
        super(Block, self).__init__()
        self.a = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.n = nn.BatchNorm2d(o)
        self.skip = nn.Sequential() if stride == 1 and i == o else nn.Conv2d(i, o, 1, stride)

    def forward(self, x):
        return F.relu(self.n(self.a(x)) + self.skip(x))
"""
SE = """
class SE(nn.Module):
    def __init__(self, c, r=2):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(c, c // r), nn.ReLU(), nn.Linear(c // r, c), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.fc(self.pool(x).view(b, c)).view(b, c, 1, 1)
        return x * y.expand_as(x)
"""
DOUBLE = """
def double(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))
"""
ARCHITECTURES = [
    ("residual", net("self.stem = nn.Conv2d(3, 8, 3, padding=1)\nself.blocks = nn.Sequential(Block(8, 8), Block(8, 16, 2))\nself.fc = nn.Linear(16, 4)",
                     "x = self.blocks(self.stem(x))\nreturn self.fc(F.avg_pool2d(x, 8).view(x.size(0), -1))", more=BLOCK), IMAGE),
    ("squeeze and excitation", net("self.conv = nn.Conv2d(3, 8, 3)\nself.se = SE(8)", "return self.se(self.conv(x))", more=SE), IMAGE),
    ("u-net", net("self.d1 = double(3, 8)\nself.d2 = double(8, 16)\nself.up = nn.ConvTranspose2d(16, 8, 2, 2)\nself.u1 = double(16, 8)\nself.out = nn.Conv2d(8, 1, 1)",
                  "a = self.d1(x)\nb = self.d2(F.max_pool2d(a, 2))\nb = self.up(b)\nif b.shape != a.shape:\n    b = F.interpolate(b, size=a.shape[2:])\n"
                  "return self.out(self.u1(torch.cat([a, b], dim=1)))", more=DOUBLE), IMAGE),
    ("odd u-net", net("self.d1 = double(3, 8)\nself.d2 = double(8, 16)\nself.up = nn.ConvTranspose2d(16, 8, 2, 2)\nself.out = nn.Conv2d(16, 1, 1)",
                      "a = self.d1(x)\nb = self.up(self.d2(F.max_pool2d(a, 2)))\ndy, dx = a.size(2) - b.size(2), a.size(3) - b.size(3)\n"
                      "b = F.pad(b, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])\nreturn self.out(torch.cat([a, b], 1))", more=DOUBLE), (3, 25, 27)),
    ("generator", net("self.fc = nn.Linear(z_dim, 32 * 4 * 4)\nself.net = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU(True), "
                      "nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())", "return self.net(self.fc(x).view(-1, 32, 4, 4))", ", z_dim=20"), (20,)),
    ("autoencoder", net("self.enc = nn.Sequential(nn.Linear(48, 12), nn.ReLU())\nself.dec = nn.Sequential(nn.Linear(12, 48), nn.Sigmoid())",
                        "z = self.enc(x.view(x.size(0), -1))\nreturn self.dec(z).view_as(x)"), (3, 4, 4)),
    ("variational", net("self.mu = nn.Linear(48, 6)\nself.lv = nn.Linear(48, 6)\nself.dec = nn.Linear(6, 48)",
                        "x = x.flatten(1)\nmu, lv = self.mu(x), self.lv(x)\nz = mu + torch.exp(0.5 * lv) * torch.randn_like(lv)\nreturn self.dec(z), mu, lv"), (3, 4, 4)),
    ("patches", net("self.patch = nn.Conv2d(3, 24, 4, 4)\nself.cls = nn.Parameter(torch.zeros(1, 1, 24))\nself.pos = nn.Parameter(torch.zeros(1, 17, 24))\n"
                    "self.blocks = nn.ModuleList([nn.TransformerEncoderLayer(24, 4, 48, batch_first=True) for _ in range(2)])\nself.head = nn.Linear(24, 5)",
                    "x = self.patch(x).flatten(2).transpose(1, 2)\ncls = self.cls.repeat(x.shape[0], 1, 1)\nx = torch.cat((cls, x), dim=1) + self.pos\n"
                    "for block in self.blocks:\n    x = block(x)\nreturn self.head(x[:, 0])"), IMAGE),
    ("inception", net("self.a = nn.Conv2d(3, 4, 1)\nself.b = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 6, 3, padding=1))\nself.c = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(3, 2, 1))",
                      "return torch.cat([branch(x) for branch in (self.a, self.b, self.c)], 1)"), IMAGE),
    ("dense block", net("self.l = nn.ModuleList([nn.Conv2d(3 + 4 * i, 4, 3, padding=1) for i in range(3)])",
                        "feats = [x]\nfor layer in self.l:\n    feats.append(F.relu(layer(torch.cat(feats, 1))))\nreturn torch.cat(feats, 1)"), IMAGE),
    ("depthwise", net("self.net = nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, padding=1), nn.ReLU6(True), nn.Conv2d(6, 12, 1, bias=False))", "return self.net(x)"), IMAGE),
    ("channel shuffle", net("self.conv = nn.Conv2d(3, 8, 1)", "x = self.conv(x)\nb, c, h, w = x.data.size()\nx = x.view(b, 2, c // 2, h, w)\n"
                            "x = torch.transpose(x, 1, 2).contiguous()\nreturn x.view(b, -1, h, w)"), IMAGE),
    ("spatial transformer", net("self.loc = nn.Linear(3 * 16 * 16, 6)\nself.conv = nn.Conv2d(3, 4, 3)",
                                "theta = self.loc(x.flatten(1)).view(-1, 2, 3)\ngrid = F.affine_grid(theta, x.size(), align_corners=False)\n"
                                "return self.conv(F.grid_sample(x, grid, align_corners=False))"), IMAGE),
    ("convnext block", net("self.dw = nn.Conv2d(3, 3, 7, padding=3, groups=3)\nself.norm = nn.LayerNorm(3, eps=1e-6)\nself.a = nn.Linear(3, 12)\nself.b = nn.Linear(12, 3)\n"
                           "self.gamma = nn.Parameter(1e-6 * torch.ones(3), requires_grad=True)",
                           "y = self.dw(x).permute(0, 2, 3, 1)\ny = self.gamma * self.b(F.gelu(self.a(self.norm(y))))\nreturn x + y.permute(0, 3, 1, 2)"), IMAGE),
]  # fmt: skip

AROUND = [
    ("values asked", net("self.fc = nn.Linear(48, num_classes)", "return self.fc(x.flatten(1))"), (3, 4, 4), {"num_classes": 7}),
    ("values of a list", net("self.fc = nn.Linear(48, len(class_names))", "return self.fc(x.flatten(1))"), (3, 4, 4), {"class_names": ["a", "b", "c"]}),
    ("values of a config", net("self.fc = nn.Linear(48, hidden * 2)", "return self.fc(x.flatten(1))"), (3, 4, 4), {"hidden": 11}),
    ("class without a call", net("self.fc = nn.Linear(48, n)", "return self.fc(x.flatten(1))", ", n=3").replace("net = Net()", ""), (3, 4, 4)),
    ("factory", net("self.fc = nn.Linear(48, n)", "return self.fc(x.flatten(1))", ", n").replace("net = Net()", "def small():\n    return Net(4)"), (3, 4, 4)),
    ("device and training", net("self.fc = nn.Linear(48, 3)", "return self.fc(x.flatten(1))", call="Net().to(device)").replace(
        "class Net", "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\nclass Net", 1)
     + "opt = torch.optim.Adam(net.parameters(), lr=1e-3)\nprint(f'{sum(p.numel() for p in net.parameters()):,}')\n", (3, 4, 4)),
    ("dataclass config", net("self.fc = nn.Linear(c.i, c.o)", "return self.fc(x.flatten(1))", ", c=Config()",
                             more="from dataclasses import dataclass\n@dataclass\nclass Config:\n    i: int = 48\n    o: int = 9\n"), (3, 4, 4)),
    ("static method and property", net("self.fc = nn.Linear(48, self.width)", "return self.act(self.fc(x.flatten(1)))").replace(
        "    def forward", "    @property\n    def width(self):\n        return 6\n\n    @staticmethod\n    def act(x):\n        return torch.relu(x)\n\n    def forward"), (3, 4, 4)),
    ("inherited", net("self.fc = nn.Linear(48, 3)", "return self.fc(x.flatten(1))", call="Twice()").replace(
        "net = Twice()", "class Twice(Net):\n    def __init__(self):\n        super().__init__()\n        self.more = nn.Linear(3, 2)\n\n"
        "    def forward(self, x):\n        return self.more(super().forward(x))\n\nnet = Twice()"), (3, 4, 4)),
    ("keyword-only", net("self.fc = nn.Linear(48, n, bias=bias)", "return self.fc(x.flatten(1))", ", *, n, bias=False", "Net(n=4)"), (3, 4, 4)),
    ("kwargs passed on", net("self.fc = nn.Linear(48, 4, **kw)", "return self.fc(x.flatten(1))", ", **kw", "Net(bias=False)"), (3, 4, 4)),
    ("decorated forward", net("self.fc = nn.Linear(48, 4)", "return self.fc(x.flatten(1))").replace("    def forward", "    @torch.no_grad()\n    def forward"), (3, 4, 4)),
    ("init method", net("self.fc = nn.Linear(48, 4)\nself._init_weights()", "return self.fc(x.flatten(1))").replace(
        "    def forward", "    def _init_weights(self):\n        for name, p in self.named_parameters():\n            if 'bias' in name:\n                nn.init.zeros_(p)\n\n    def forward"), (3, 4, 4)),
]  # fmt: skip

TEXTS = [*LAYERS, *FORWARD_TEXTS, *INIT_TEXTS, *OWN_PARAMETERS, *SEQUENCES, *ARCHITECTURES, *AROUND]
