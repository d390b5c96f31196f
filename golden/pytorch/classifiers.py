"""The SAM family on a classifier: the gradient at a perturbed point, computed in two passes as an optimiser does.

Keyword arguments are the places where `flaws.py` goes wrong on purpose; their defaults are right.
"""
import math

import torch
import torch.nn.functional as F


def loss_and_gradient(network, batch, params, create_graph=False):
    loss = F.cross_entropy(type(network)(network.net, params).logits(batch["x"]), batch["labels"].long())
    grads = torch.autograd.grad(loss, list(params.values()), create_graph=create_graph)
    return loss, dict(zip(params, grads))


def joint_norm(tensors):
    return torch.cat([t.reshape(-1) for t in tensors.values()]).norm()


def scaled(numerator, norm, radius):
    """radius * numerator / norm; zero where the norm is zero."""
    return {k: torch.zeros_like(v) if norm == 0 else radius * v / norm for k, v in numerator.items()}


def per_layer(numerator, whitened, radius):
    return {k: radius * v / whitened[k].norm() for k, v in numerator.items()}


def steps(numerator, whitened, radius, layers):
    return per_layer(numerator, whitened, radius) if layers else scaled(numerator, joint_norm(whitened), radius)


def sam_step(w, g, o, batch, layers=False):
    return steps(g, g, o["rho"], layers)


def asam_step(w, g, o, batch, layers=False, biases=True, squared=True):
    t = {k: torch.ones_like(v) if not biases and k.endswith(".bias") else v.abs() + o["eta"] for k, v in w.items()}
    numerator = {k: (t[k] ** 2 if squared else t[k]) * g[k] for k in g}
    return steps(numerator, {k: t[k] * g[k] for k in g}, o["rho"], layers)


def fisher_step(w, g, o, batch, layers=False, invert=True):
    fisher = {k: v**2 + o["eta"] for k, v in g.items()}
    inverse = {k: 1 / v if invert else v for k, v in fisher.items()}
    return steps({k: inverse[k] * g[k] for k in g}, {k: inverse[k].sqrt() * g[k] for k in g}, o["rho"], layers)


def random_step(w, g, o, batch, root=True):
    p = sum(v.numel() for v in w.values())
    return {k: o["rho"] / (math.sqrt(p) if root else p) * batch[f"noise.{k}"] for k in w}


def vsam_step(w, g, o, batch, layers=False, in_norm=lambda s: s.sqrt()):
    sigma2 = {k: batch[f"sigma2.{k}"] for k in w}
    return steps({k: sigma2[k] * g[k] for k in g}, {k: in_norm(sigma2[k]) * g[k] for k in g}, o["kappa"], layers)


STEPS = {
    "sam": sam_step,
    "asam": asam_step,
    "fisher-sam": fisher_step,
    "random-sam": random_step,
    "vsam": vsam_step,
}


def answer(network, batch, objective, detach=True, sign=1, **flaw):
    """`expect.*` of a classifier's vector."""
    w = network.params
    _, g = loss_and_gradient(network, batch, w, create_graph=not detach)
    step = STEPS[objective["name"]](w, g, objective, batch, **flaw)
    moved = {k: w[k] + sign * step[k] for k in w}
    if detach:
        moved = {k: v.detach().requires_grad_() for k, v in moved.items()}
        loss, direction = loss_and_gradient(network, batch, moved)
    else:
        loss = F.cross_entropy(type(network)(network.net, moved).logits(batch["x"]), batch["labels"].long())
        direction = dict(zip(w, torch.autograd.grad(loss, list(w.values()))))
    return {"loss": loss, **{f"grad.{k}": v for k, v in direction.items()}}
