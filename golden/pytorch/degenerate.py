"""Questions at the edges: gradients of exactly zero or nearly so, one latent, one sample, more latents than data."""
import torch

from cases import CLASSIFIERS, Case, question

PERTURBED = ["samba", "vae-sam-samba"]
NORMS = ["rae-loss-gradient", "rae-jacobian", "vae-sam-rae"]


def with_tensors(case, **changed):
    """The case with some tensors replaced; names have `__` for `.`."""
    return Case(case.name, case.net, case.objective, {**case.given, **{k.replace("__", "."): v for k, v in changed.items()}})


def dead_decoder(objective, index):
    """The decoder does not see the code: Jacobian and gradients are exactly zero."""
    case = question(objective, index, "zero-gradient")
    return with_tensors(case, param__decoder__0__weight=torch.zeros_like(case.given["param.decoder.0.weight"]))


def dead_sample(objective, index):
    """Every ReLU of the decoder is off for the first sample and some are on for the others."""
    for attempt in range(1000):
        net = {"encoder": [4], "latent": 2, "decoder": [2, 5, 4], "activation": "relu", "output": "identity"}
        case = question(objective, index, f"one-dead-sample-{attempt}", net=net, batch=3)
        g = case.given
        mu = g["input.x"] @ g["param.mu.weight"].T + g["param.mu.bias"]
        on = mu @ g["param.decoder.0.weight"].T + g["param.decoder.0.bias"] > 0
        if not on[0].any() and on[1].any() and on[2].any():
            case.name = f"{objective}-one-dead-sample"
            return case
    raise RuntimeError("no such case was drawn")


def perfect(objective, index):
    """A linear autoencoder that reconstructs its data to the last bit: no gradient, but a Jacobian."""
    net = {"encoder": [5], "latent": 2, "decoder": [2, 5], "output": "identity"}
    case = question(objective, index, "perfect-reconstruction", net=net, batch=3)
    g = case.given
    rest = torch.round(g["param.decoder.0.weight"][2:] * 8) / 8
    decoder = torch.cat([torch.eye(2, dtype=torch.float64), rest])
    z = torch.round(g["input.x"][:, :2] * 8) / 8
    return with_tensors(
        case,
        param__mu__weight=torch.eye(2, 5, dtype=torch.float64),
        param__mu__bias=torch.zeros(2, dtype=torch.float64),
        param__decoder__0__weight=decoder,
        param__decoder__0__bias=torch.zeros(5, dtype=torch.float64),
        input__x=z @ decoder.T,
    )


def tiny_gradient(objective, index):
    """A gradient of about 1e-12 whose direction is as good as any."""
    case = question(objective, index, "tiny-gradient")
    return with_tensors(case, param__decoder__0__weight=case.given["param.decoder.0.weight"] * 2.0**-40)


def saturated(objective, index):
    """All samples right with a probability of exactly 1: no gradient."""
    case = question(objective, index, "zero-gradient")
    last = len(case.net["layers"]) - 2
    bias = torch.zeros(case.net["layers"][-1], dtype=torch.float64)
    bias[1] = 2000.0
    return with_tensors(
        case,
        **{f"param__layers__{last}__bias": bias},
        input__labels=torch.ones_like(case.given["input.labels"]),
    )


def zeroed(case, *suffixes):
    """Tensors whose names end so are zero."""
    given = {k: torch.zeros_like(v) if k.endswith(suffixes) else v for k, v in case.given.items()}
    return Case(case.name, case.net, case.objective, given)


def degenerate():
    cases = [dead_decoder(o, i) for i, o in enumerate([*PERTURBED, *NORMS, "grae", "grae-hadamard", "beta-vae-taylor"])]
    cases += [dead_sample(o, i) for i, o in enumerate([*PERTURBED, *NORMS])]
    cases += [perfect(o, i) for i, o in enumerate([*PERTURBED, *NORMS, "vae", "grae"])]
    cases += [tiny_gradient(o, i) for i, o in enumerate([*PERTURBED, *NORMS])]
    for index, objective in enumerate(["samba", "grae", "grae-hadamard", "beta-vae-taylor", "vae-sam-samba"]):
        net = {"encoder": [5, 4], "latent": 1, "decoder": [1, 5, 5]}
        cases.append(question(objective, index, "one-latent", net=net))
    for index, objective in enumerate(["vae", "samba", "rae-loss-gradient", "vae-sam-rae", "sam", "asam"]):
        cases.append(question(objective, index, "one-sample", batch=1))
    for index, objective in enumerate(["grae", "grae-hadamard", "samba", "rae-jacobian"]):
        net = {"encoder": [3, 4], "latent": 5, "decoder": [5, 4, 3]}
        cases.append(question(objective, index, "more-latents-than-data", net=net))
    cases.append(question("grae", 1, "small-beta", beta=2.0**-14))
    cases.append(question("beta-vae-taylor", 0, "small-variance", variance={"fixed": 2.0**-20}))
    cases.append(question("gamma-vae", 0, "small-gamma", gamma=2.0**-10))
    cases.append(question("samba", 0, "beta-zero", beta=0))
    cases.append(zeroed(question("vae", 1, "no-noise"), "input.noise"))
    cases += [saturated(o, i) for i, o in enumerate(CLASSIFIERS)]
    cases.append(question("sam", 3, "radius-zero", rho=0))
    cases.append(zeroed(question("asam", 2, "zero-weights", eta=0), "layers.0.bias", "layers.1.bias"))
    cases.append(zeroed(question("vsam", 2, "variance-zero-in-one-layer"), "sigma2.layers.0.weight"))
    vsam = question("vsam", 3, "variance-zero")
    cases.append(zeroed(vsam, *[k for k in vsam.given if k.startswith("input.sigma2.")]))
    return cases
