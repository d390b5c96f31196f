"""The two networks of the format: functions of a dict of parameters, written from docs/vectors.md."""
import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "elu": F.elu,
    "relu": F.relu,
    "sin": torch.sin,
    "gelu": F.gelu,  # the erf form is PyTorch's default
}


def dense_shapes(prefix, sizes):
    """Names and shapes of dense layers in PyTorch's way: weight [out, in]."""
    shapes = {}
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        shapes[f"{prefix}.{i}.weight"] = (outputs, inputs)
        shapes[f"{prefix}.{i}.bias"] = (outputs,)
    return shapes


def head_shapes(name, features, latent):
    return {f"{name}.weight": (latent, features), f"{name}.bias": (latent,)}


def parameter_shapes(net, learned):
    if net["kind"] == "classifier":
        return dense_shapes("layers", net["layers"])
    features = net["encoder"][-1]
    shapes = dense_shapes("encoder", net["encoder"])
    shapes.update(head_shapes("mu", features, net["latent"]))
    if learned:
        shapes.update(head_shapes("logvar", features, net["latent"]))
    shapes.update(dense_shapes("decoder", net["decoder"]))
    return shapes


class Network:
    """A network with its parameters."""

    def __init__(self, net, params):
        self.net = net
        self.params = params
        self.activation = ACTIVATIONS[net["activation"]]

    def linear(self, name, x):
        return F.linear(x, self.params[f"{name}.weight"], self.params[f"{name}.bias"])

    def encode(self, x):
        """The posterior mean, and log sigma^2 where it is learned."""
        for i in range(len(self.net["encoder"]) - 1):
            x = self.activation(self.linear(f"encoder.{i}", x))
        logvar = self.linear("logvar", x) if "logvar.weight" in self.params else None
        return self.linear("mu", x), logvar

    def decode(self, z):
        last = len(self.net["decoder"]) - 2
        for i in range(last):
            z = self.activation(self.linear(f"decoder.{i}", z))
        z = self.linear(f"decoder.{last}", z)
        return torch.sigmoid(z) if self.net["output"] == "sigmoid" else z

    def logits(self, x):
        last = len(self.net["layers"]) - 2
        for i in range(last):
            x = self.activation(self.linear(f"layers.{i}", x))
        return self.linear(f"layers.{last}", x)
