"""Which layers of torch.nn are activations, which of them are rectifiers, and which layer is the same as a function."""

from torch import fx, nn

# The functions of torch (F.relu, torch.relu, x.relu() ...) by name, and the layer that takes the same settings in the
# same order behind its input.
FUNCTIONS: dict[str, type[nn.Module]] = {
    "celu": nn.CELU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "hardshrink": nn.Hardshrink,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
    "hardtanh": nn.Hardtanh,
    "leaky_relu": nn.LeakyReLU,
    "log_sigmoid": nn.LogSigmoid,
    "mish": nn.Mish,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "selu": nn.SELU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "softshrink": nn.Softshrink,
    "softsign": nn.Softsign,
    "tanh": nn.Tanh,
    "tanhshrink": nn.Tanhshrink,
}
# They stand in the same file of torch's, and do not treat value by value.
NOT_BY_VALUE = (nn.Softmax, nn.Softmax2d, nn.Softmin, nn.LogSoftmax, nn.MultiheadAttention)


def is_activation(layer: nn.Module) -> bool:
    """Whether it is one of torch's activations, which bend each value by itself.

    >>> is_activation(nn.SiLU()), is_activation(nn.Conv2d(1, 1, 1)), is_activation(nn.Softmax(1))
    (True, False, False)
    """
    return type(layer).__module__ == nn.ReLU.__module__ and not isinstance(layer, NOT_BY_VALUE)


def is_rectifier(layer: nn.Module | None) -> bool:
    """Whether it stops all that is negative and hands on what is positive, up to a limit as in ReLU6 or without one.

    >>> is_rectifier(nn.ReLU()), is_rectifier(nn.ReLU6()), is_rectifier(nn.LeakyReLU()), is_rectifier(nn.Hardtanh())
    (True, True, False, False)
    """
    if isinstance(layer, nn.Hardtanh):  # ReLU6 is one of them
        return layer.min_val == 0
    return isinstance(layer, nn.ReLU)


def no_rule(title: str, names: str) -> str:
    """What a method that is made for rectifiers says of a network that bends values in another way."""
    return (
        f"{title} has no rule for {names}: its rule is for rectifiers (ReLU, ReLU6), which stop all that is negative. "
        "Saliency and integrated gradients hold for any network."
    )


def layer_of(node: fx.Node) -> nn.Module | None:
    """The layer that does what a step of a forward does by a function: F.leaky_relu(x, 0.2) is nn.LeakyReLU(0.2).

    None for a function that is no activation, and where a setting is only known while the network runs.
    """
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    kind = FUNCTIONS.get(name.removesuffix("_")) if node.op in ("call_function", "call_method") else None
    settings = node.args[1:], {key: value for key, value in node.kwargs.items() if key not in ("input", "self")}
    if kind is None or any(isinstance(value, fx.Node) for value in (*settings[0], *settings[1].values())):
        return None
    layer = kind(*settings[0], **settings[1])
    if "inplace" in vars(layer):
        vars(layer)["inplace"] = False
    return layer
