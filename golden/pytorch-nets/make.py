"""Loss, gradients and running statistics of the networks of the experiments, by PyTorch in float64.
Usage: make.py [INDEX]... > expected.json; only the cases of the given indices when there are any."""
import json
import sys

sys.dont_write_bytecode = True

import torch
import torch.nn.functional as F

from formula import digest, fill, image, signed, tensor
from nets import KumarPoole, ResNet, WideResNet

torch.set_default_dtype(torch.float64)
torch.set_num_threads(2)
ALPHA2, BETA, LAMBDA = 0.01, 0.1, 0.5


def per_sample(x, y, kind):
    squared = (x - y).pow(2).flatten(1).sum(1)
    return {"mean": squared / x[0].numel(), "half": squared / 2}[kind]


def kl(mu, logvar):
    return 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1)


def fixed(mu):
    return torch.full_like(mu, ALPHA2).log()


def vae(net, x, noise, kind="mean"):
    mu, logvar = net.encode(x)
    logvar = fixed(mu) if logvar is None else logvar
    rec = per_sample(x, net.decode(mu + (logvar / 2).exp() * noise), kind).mean()
    divergence = kl(mu, logvar).mean()
    return rec + BETA * divergence, {"reconstruction": rec, "kl": divergence}


def samba(net, x, _):
    mu, _ = net.encode(x)
    g = torch.autograd.grad(per_sample(x, net.decode(mu), "mean").sum(), mu, retain_graph=True)[0].detach()
    eta = mu.shape[1] ** 0.5 * g / g.norm(dim=1, keepdim=True)
    rec = per_sample(x, net.decode(mu + ALPHA2**0.5 * eta), "mean").mean()
    divergence = kl(mu, fixed(mu)).mean()
    return rec + BETA * divergence, {"reconstruction": rec, "kl": divergence}


def rae(net, x, _):
    mu, _ = net.encode(x)
    each = per_sample(x, net.decode(mu), "mean")
    g = torch.autograd.grad(each.sum(), mu, create_graph=True)[0]
    rec, penalty, prior = each.mean(), g.norm(dim=1).mean(), 0.5 * mu.pow(2).sum(1).mean()
    return rec + LAMBDA * penalty + BETA * prior, {"reconstruction": rec, "penalty": penalty, "prior": prior}


def beta_vae(net, x, noise):
    return vae(net, x, noise, "half")


def cross_entropy(net, x, _):
    labels = torch.arange(len(x)) * 3 % 10
    return F.cross_entropy(net(x), labels), {}


OBJECTIVES = {"vae": vae, "samba": samba, "rae-loss-gradient": rae, "beta-vae": beta_vae, "cross-entropy": cross_entropy}
SIDES = {"mnist": (28, 28, 1), "celeba": (64, 64, 3)}


def network(spec):
    if spec["net"] == "resnet":
        return ResNet(spec["width"], spec["latent"], spec["activation"])
    if spec["net"] == "wide-resnet":
        return WideResNet(spec["depth"], spec["width"], 10)
    return KumarPoole(spec["net"], spec["latent"], spec["divide"], spec["activation"])


def first_pass(net, spec, x, noise):
    """The pass that moves running statistics: the network at its unperturbed point, once."""
    if spec["objective"] == "cross-entropy":
        return net(x)
    mu, logvar = net.encode(x)
    if spec["objective"] in ("vae", "beta-vae"):
        mu = mu + ((fixed(mu) if logvar is None else logvar) / 2).exp() * noise
    return net.decode(mu)


def answer(spec):
    batch, latent = spec["batch"], spec.get("latent", 1)
    x = image("x", batch, *SIDES.get(spec["net"], (32, 32, 3)))
    noise = tensor(2 * signed("noise", batch * latent), (batch, latent))
    net = fill(network(spec)).train(spec["mode"] == "training")
    loss, terms = OBJECTIVES[spec["objective"]](net, x, noise)
    loss.backward()
    result = {
        "spec": spec,
        "loss": loss.item(),
        "terms": {name: term.item() for name, term in terms.items()},
        "gradients": {name: digest(name, p.grad, 3) for name, p in net.named_parameters()},
    }
    if spec["mode"] == "training":
        fill(net)
        with torch.no_grad():
            first_pass(net, spec, x, noise)
        buffers = {name: b for name, b in net.named_buffers() if not name.endswith("num_batches_tracked")}
        result["statistics"] = {name: digest(name, b, 1) for name, b in buffers.items()}
    return result


def specs():
    resnet = {"net": "resnet", "width": 8, "latent": 16, "batch": 3}
    for activation in ("softplus", "relu"):
        for objective in ("vae", "samba", "rae-loss-gradient"):
            yield {**resnet, "activation": activation, "objective": objective, "mode": "training"}
    yield {**resnet, "activation": "elu", "objective": "samba", "mode": "training"}
    yield {**resnet, "activation": "relu", "objective": "rae-loss-gradient", "mode": "evaluation"}
    for mode in ("training", "evaluation"):
        yield {"net": "mnist", "divide": 16, "latent": 8, "batch": 3, "activation": "elu", "objective": "beta-vae", "mode": mode}
        yield {"net": "celeba", "divide": 32, "latent": 8, "batch": 2, "activation": "elu", "objective": "beta-vae", "mode": mode}
        yield {"net": "wide-resnet", "depth": 16, "width": 1, "batch": 3, "objective": "cross-entropy", "mode": mode}


if __name__ == "__main__":
    wanted = [int(index) for index in sys.argv[1:]]
    cases = [answer(spec) for index, spec in enumerate(specs()) if not wanted or index in wanted]
    producer = f"PyTorch {torch.__version__} float64"
    print(json.dumps({"producer": producer, "cases": cases}, separators=(",", ":")))
