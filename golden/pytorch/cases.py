"""The questions: small networks with short numbers. The same on every machine: Python's Mersenne Twister, no library function."""
import random

import torch

from networks import Network, parameter_shapes

ACTIVATIONS = ["tanh", "sigmoid", "softplus", "elu", "relu", "sin", "gelu"]
LOSSES = ["sum", "half", "mean"]

# name -> what each field is drawn as
AUTOENCODERS = {
    "vae": {"rec": "rec", "beta": "positive", "variance": "variance"},
    "samba": {"rec": "rec", "beta": "positive", "variance": "variance"},
    "rae-loss-gradient": {"rec": "rec", "beta": "positive", "lambda": "positive"},
    "rae-jacobian": {"rec": "rec", "beta": "positive", "lambda": "positive", "power": "power"},
    "rae-l2": {"rec": "rec", "beta": "positive", "lambda": "positive"},
    "beta-vae-taylor": {"beta": "positive", "variance": "variance"},
    "grae": {"beta": "positive"},
    "grae-hadamard": {"beta": "positive"},
    "gamma-vae": {"gamma": "positive", "variance": "learned"},
    "vae-sam-samba": {"klCoeff": "positive", "alpha2": "positive"},
    "vae-sam-rae": {"klCoeff": "positive", "alpha2": "positive"},
}
CLASSIFIERS = {
    "sam": {"rho": "positive"},
    "asam": {"rho": "positive", "eta": "positive"},
    "fisher-sam": {"rho": "positive", "eta": "positive"},
    "random-sam": {"rho": "positive"},
    "vsam": {"kappa": "positive"},
}
FIELDS = {**AUTOENCODERS, **CLASSIFIERS}


class Draw:
    """Random numbers that are multiples of 1/1024, from a name."""

    def __init__(self, name):
        self.random = random.Random(name).random

    def between(self, least, most):
        return least + int(self.random() * (most - least + 1))

    def number(self, low, high):
        return round((low + (high - low) * self.random()) * 1024) / 1024

    def tensor(self, shape, low, high):
        size = 1
        for n in shape:
            size *= n
        return torch.tensor([self.number(low, high) for _ in range(size)], dtype=torch.float64).reshape(shape)


class Case:
    """A question: metadata and the tensors `param.*` and `input.*`."""

    def __init__(self, name, net, objective, given):
        self.name, self.net, self.objective, self.given = name, net, objective, given

    def params(self):
        given = {k[6:]: v.clone() for k, v in self.given.items() if k.startswith("param.")}
        return {k: v.requires_grad_() for k, v in given.items()}

    def batch(self):
        return {k[6:]: v.clone() for k, v in self.given.items() if k.startswith("input.")}

    def network(self):
        return Network(self.net, self.params())


def field(draw, kind, index):
    if kind == "rec":
        return LOSSES[index % 3]
    if kind == "power":
        return 1 + index % 2
    if kind == "learned" or (kind == "variance" and index % 2 == 1):
        return "learned"
    number = draw.number(0.05, 1.5)
    return {"fixed": number} if kind == "variance" else number


def question(objective, index, name, net=None, batch=None, **fields):
    """A generic question on an objective; `net`, `batch` and `fields` fix what is not to be drawn."""
    draw = Draw(f"{objective} {name}")
    o = {"name": objective}
    for key, kind in FIELDS[objective].items():
        o[key] = fields[key] if key in fields else field(draw, kind, index)
    net = {**(network(draw, objective, index)), **(net or {})}
    batch = batch or draw.between(2, 4)
    return Case(f"{objective}-{name}", net, o, given(draw, net, o, batch))


def network(draw, objective, index):
    activation = ACTIVATIONS[(3 * index + list(FIELDS).index(objective)) % 7]
    hidden = lambda most: [draw.between(4, 7) for _ in range(draw.between(0, most))]
    if objective in CLASSIFIERS:
        layers = [draw.between(3, 7), *hidden(1), draw.between(4, 7), draw.between(2, 4)]
        return {"kind": "classifier", "layers": layers, "activation": activation}
    data, latent = draw.between(4, 8), draw.between(2, 4)
    return {
        "kind": "autoencoder",
        "encoder": [data, *hidden(2)],
        "latent": latent,
        "decoder": [latent, *hidden(1), draw.between(4, 7), data],
        "activation": activation,
        "output": "sigmoid" if index % 4 == 2 else "identity",
    }


def given(draw, net, o, batch):
    shapes = parameter_shapes(net, o.get("variance") == "learned")
    tensors = {}
    for name, shape in shapes.items():
        size = 2 / shape[1] ** 0.5 if name.endswith(".weight") else 0.5
        tensors[f"param.{name}"] = draw.tensor(shape, -size, size)
    if net["kind"] == "classifier":
        tensors["input.x"] = draw.tensor((batch, net["layers"][0]), -2, 2)
        labels = [float(draw.between(0, net["layers"][-1] - 1)) for _ in range(batch)]
        tensors["input.labels"] = torch.tensor(labels, dtype=torch.float64)
    else:
        tensors["input.x"] = draw.tensor((batch, net["encoder"][0]), -2, 2)
        if o["name"] in ("vae", "gamma-vae"):
            tensors["input.noise"] = draw.tensor((batch, net["latent"]), -2, 2)
    for name, shape in shapes.items():
        if o["name"] == "random-sam":
            tensors[f"input.noise.{name}"] = draw.tensor(shape, -2, 2)
        if o["name"] == "vsam":
            tensors[f"input.sigma2.{name}"] = draw.tensor(shape, 0.01, 1)
    return tensors


def generic():
    """Four questions an objective, with every convention in turn."""
    return [question(objective, index, str(index)) for objective in FIELDS for index in range(4)]
