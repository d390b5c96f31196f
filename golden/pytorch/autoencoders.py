"""The objectives on autoencoders. Each function gives the loss and the terms that the format asks for.

Keyword arguments are the places where `flaws.py` goes wrong on purpose; their defaults are right.
"""
import math

import torch


def safe_norm(g):
    """The norm of each row; zero with a zero gradient where the row is exactly zero."""
    square = (g * g).sum(dim=1)
    zero = square == 0
    return torch.where(zero, torch.zeros_like(square), torch.where(zero, torch.ones_like(square), square).sqrt())


def reconstruction(kind, x, y):
    square = ((x - y) ** 2).sum(dim=1)
    return {"sum": square, "half": square / 2, "mean": square / x.shape[1]}[kind]


def log_variance(objective, mu, logvar):
    variance = objective["variance"]
    return logvar if variance == "learned" else torch.full_like(mu, math.log(variance["fixed"]))


def kl_divergence(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)


def prior_term(mu):
    return 0.5 * (mu**2).sum(dim=1)


def loss_gradient(network, x, kind, z):
    """The gradient of rec_i at each code; differentiable when z is."""
    each = reconstruction(kind, x, network.decode(z))
    return torch.autograd.grad(each.sum(), z, create_graph=True)[0]


def jacobian(network, z):
    """[B, D, d], row by row: one backward pass for each output."""
    y = network.decode(z)
    rows = [
        torch.autograd.grad(y[:, k].sum(), z, create_graph=True, retain_graph=True)[0] for k in range(y.shape[1])
    ]
    return torch.stack(rows, dim=1)


def vae(network, batch, o, *, spread=lambda std: std, kl=kl_divergence):
    mu, logvar = network.encode(batch["x"])
    logvar = log_variance(o, mu, logvar)
    z = mu + spread((logvar / 2).exp()) * batch["noise"]
    rec = reconstruction(o["rec"], batch["x"], network.decode(z)).mean()
    divergence = kl(mu, logvar).mean()
    return rec + o["beta"] * divergence, {"reconstruction": rec, "kl": divergence}


def step_direction(w, joint=False):
    """w_i/|w_i|, zero where w_i is."""
    if joint:
        return w / w.norm()
    n = safe_norm(w).unsqueeze(1)
    return torch.where(n == 0, torch.zeros_like(w), w / torch.where(n == 0, torch.ones_like(n), n))


def samba(network, batch, o, *, outer=lambda std: std, detach=True, root_d=True, joint=False, epsilon=0, kl=kl_divergence):
    x = batch["x"]
    mu, logvar = network.encode(x)
    logvar = log_variance(o, mu, logvar)
    std = (logvar / 2).exp()
    w = std * loss_gradient(network, x, o["rec"], mu)
    eta = w / (w.norm(dim=1, keepdim=True) + epsilon) if epsilon else step_direction(w, joint)
    eta = (math.sqrt(mu.shape[1]) if root_d else 1) * eta
    eta = eta.detach() if detach else eta
    rec = reconstruction(o["rec"], x, network.decode(mu + outer(std) * eta)).mean()
    divergence = kl(mu, logvar).mean()
    return rec + o["beta"] * divergence, {"reconstruction": rec, "kl": divergence}


def rae_loss_gradient(network, batch, o, *, measure=safe_norm):
    x = batch["x"]
    mu, _ = network.encode(x)
    rec = reconstruction(o["rec"], x, network.decode(mu)).mean()
    penalty = measure(loss_gradient(network, x, o["rec"], mu)).mean()
    prior = prior_term(mu).mean()
    loss = rec + o["lambda"] * penalty + o["beta"] * prior
    return loss, {"reconstruction": rec, "penalty": penalty, "prior": prior}


def rae_jacobian(network, batch, o, *, column_sums=False):
    x = batch["x"]
    mu, _ = network.encode(x)
    rec = reconstruction(o["rec"], x, network.decode(mu)).mean()
    matrix = jacobian(network, mu)
    if column_sums:
        matrix = matrix.sum(dim=1, keepdim=True)
    flat = matrix.flatten(1)
    penalty = (safe_norm(flat) if o["power"] == 1 else (flat**2).sum(dim=1)).mean()
    return rec + o["lambda"] * penalty + o["beta"] * prior_term(mu).mean(), {"penalty": penalty}


def rae_l2(network, batch, o, *, decayed=lambda name: name.startswith("decoder.")):
    x = batch["x"]
    mu, _ = network.encode(x)
    rec = reconstruction(o["rec"], x, network.decode(mu)).mean()
    penalty = sum((w**2).sum() for name, w in network.params.items() if decayed(name))
    return rec + o["beta"] * prior_term(mu).mean() + o["lambda"] * penalty, {"penalty": penalty}


def beta_vae_taylor(network, batch, o, *, half=0.5, variance=lambda v: v):
    x = batch["x"]
    mu, logvar = network.encode(x)
    logvar = log_variance(o, mu, logvar)
    rec = reconstruction("half", x, network.decode(mu)).mean()
    columns = (jacobian(network, mu) ** 2).sum(dim=1)
    penalty = half * (columns * variance(logvar.exp())).sum(dim=1).mean()
    divergence = kl_divergence(mu, logvar).mean()
    return rec + penalty + o["beta"] * divergence, {"penalty": penalty, "kl": divergence}


def log_det(matrix, beta):
    """log det(I + J^T J / beta) of each sample."""
    identity = torch.eye(matrix.shape[2], dtype=matrix.dtype)
    return torch.linalg.slogdet(identity + matrix.transpose(1, 2) @ matrix / beta)[1]


def hadamard(matrix, beta):
    return torch.log1p((matrix**2).sum(dim=1) / beta).sum(dim=1)


def grae(network, batch, o, *, bound=log_det, half=0.5):
    x = batch["x"]
    mu, _ = network.encode(x)
    rec = reconstruction("half", x, network.decode(mu)).mean()
    penalty = bound(jacobian(network, mu), o["beta"]).mean()
    return rec + o["beta"] * prior_term(mu).mean() + half * o["beta"] * penalty, {"penalty": penalty}


def grae_hadamard(network, batch, o, **flaw):
    return grae(network, batch, o, **{"bound": hadamard, **flaw})


def gamma_vae(network, batch, o, *, normaliser=1.0, spread=lambda std: std):
    x = batch["x"]
    mu, logvar = network.encode(x)
    z = mu + spread((logvar / 2).exp()) * batch["noise"]
    fit = ((x - network.decode(z)) ** 2).sum(dim=1) / o["gamma"]
    latent = (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
    return (fit + normaliser * x.shape[1] * math.log(o["gamma"]) + latent).mean(), {}


def vae_sam_samba(network, batch, o, *, detach=True, root_d=True, joint=False):
    x = batch["x"]
    mu, _ = network.encode(x)
    mse = ((x - network.decode(mu)) ** 2).mean()
    gradient = torch.autograd.grad(mse, mu, create_graph=True)[0]
    eta = step_direction(gradient, joint) * math.sqrt(o["alpha2"] * (mu.shape[1] if root_d else 1))
    eta = eta.detach() if detach else eta
    kl = (0.5 * (mu**2 + o["alpha2"] - 1 - math.log(o["alpha2"]))).mean()
    return ((x - network.decode(mu + eta)) ** 2).mean() + o["klCoeff"] * kl, {}


def vae_sam_rae(network, batch, o, *, root_d=True, per_sample=False):
    x = batch["x"]
    mu, _ = network.encode(x)
    mse = ((x - network.decode(mu)) ** 2).mean()
    gradient = torch.autograd.grad(mse, mu, create_graph=True)[0]

    def norm(m):
        return safe_norm(m).mean() if per_sample else safe_norm(m.reshape(1, -1)).squeeze(0)

    factor = math.sqrt(o["alpha2"] * (mu.shape[1] if root_d else 1))
    return mse + factor * norm(gradient) + o["klCoeff"] * norm(mu) / 2, {}


OBJECTIVES = {
    "vae": vae,
    "samba": samba,
    "rae-loss-gradient": rae_loss_gradient,
    "rae-jacobian": rae_jacobian,
    "rae-l2": rae_l2,
    "beta-vae-taylor": beta_vae_taylor,
    "grae": grae,
    "grae-hadamard": grae_hadamard,
    "gamma-vae": gamma_vae,
    "vae-sam-samba": vae_sam_samba,
    "vae-sam-rae": vae_sam_rae,
}


def answer(network, batch, objective, **flaw):
    """`expect.*` of an autoencoder's vector."""
    loss, terms = OBJECTIVES[objective["name"]](network, batch, objective, **flaw)
    names = list(network.params)
    grads = torch.autograd.grad(loss, [network.params[name] for name in names], allow_unused=True)
    expected = {"loss": loss, **terms}
    for name, gradient in zip(names, grads):
        expected[f"grad.{name}"] = torch.zeros_like(network.params[name]) if gradient is None else gradient
    return expected
