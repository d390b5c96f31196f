"""Vectors that are wrong on purpose: one line of the right code replaced, or one field misread."""
import torch

from autoencoders import hadamard, kl_divergence, log_det
from cases import FIELDS, question


def kl_log_deviation(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar / 2).sum(dim=1)


def kl_wrong_sign(mu, logvar):
    return -kl_divergence(mu, logvar)


# objective -> (name, what is wrong, index of the question, keyword arguments of the wrong answer)
CODE = {
    "vae": [
        ("variance-for-deviation", "sigma^2 in place of sigma in front of the noise", 1, {"spread": lambda s: s**2}),
        ("kl-sign", "the KL term is subtracted", 0, {"kl": kl_wrong_sign}),
        ("kl-log-deviation", "log sigma in place of log sigma^2 in the KL term", 3, {"kl": kl_log_deviation}),
    ],
    "samba": [
        ("covariance-for-root", "Sigma in place of sqrt(Sigma) in front of eta", 1, {"outer": lambda s: s**2}),
        ("no-detach", "eta is differentiated", 0, {"detach": False}),
        ("root-dimension-missing", "sqrt(d) is missing", 2, {"root_d": False}),
        ("batch-norm", "one norm over the whole batch", 3, {"joint": True}),
        ("epsilon-in-denominator", "1e-12 is added to the norm", "tiny", {"epsilon": 1e-12}),
    ],
    "rae-loss-gradient": [
        ("doubled-penalty", "twice the norm is penalised", 0, {"measure": lambda g: 2 * g.norm(dim=1)}),
        ("squared-penalty", "the squared norm is penalised", 1, {"measure": lambda g: (g**2).sum(dim=1)}),
        ("constant-penalty", "the penalty is not differentiated", 2, {"measure": lambda g: g.norm(dim=1).detach()}),
    ],
    "rae-jacobian": [
        ("column-sums", "the gradient of the summed output in place of the Jacobian", 1, {"column_sums": True}),
    ],
    "rae-l2": [
        (
            "weights-only",
            "the biases are not decayed",
            0,
            {"decayed": lambda n: n.startswith("decoder.") and n.endswith(".weight")},
        ),
        ("all-parameters", "the encoder is decayed, too", 1, {"decayed": lambda n: True}),
    ],
    "beta-vae-taylor": [
        ("penalty-without-half", "the penalty lacks its 1/2", 1, {"half": 1}),
        ("penalty-variance-squared", "sigma^4 in place of sigma^2 in the penalty", 0, {"variance": lambda v: v**2}),
    ],
    "grae": [
        ("hadamard", "the bound in place of the log det", 0, {"bound": hadamard}),
        ("penalty-without-half", "beta in place of beta/2 in front of the log det", 1, {"half": 1}),
        ("beta-missing", "J^T J in place of J^T J / beta", 2, {"bound": lambda j, beta: log_det(j, 1)}),
    ],
    "grae-hadamard": [("log-determinant", "the log det in place of its bound", 0, {"bound": log_det})],
    "gamma-vae": [
        ("normaliser-half", "D/2 log gamma in place of D log gamma", 0, {"normaliser": 0.5}),
        ("variance-for-deviation", "sigma^2 in place of sigma in front of the noise", 1, {"spread": lambda s: s**2}),
    ],
    "vae-sam-samba": [
        ("batch-norm", "one norm over the whole batch", 0, {"joint": True}),
        ("no-detach", "the direction is differentiated", 1, {"detach": False}),
    ],
    "vae-sam-rae": [
        ("root-dimension-missing", "sqrt(d) is missing", 0, {"root_d": False}),
        ("sample-norm", "means of one norm a sample in place of norms over the batch", 1, {"per_sample": True}),
    ],
    "sam": [
        ("no-detach", "the step is differentiated", 0, {"detach": False}),
        ("per-layer", "one norm a parameter in place of one over all", 1, {"layers": True}),
        ("sign-flip", "the step goes downhill", 2, {"sign": -1}),
    ],
    "asam": [
        ("root-outer", "T in place of T^2 in front of the gradient", 0, {"squared": False}),
        ("biases-plain", "T is 1 for the biases", 1, {"biases": False}),
    ],
    "fisher-sam": [
        ("inverted", "F in place of F^-1", 0, {"invert": False}),
        ("per-layer", "one norm a parameter in place of one over all", 1, {"layers": True}),
    ],
    "random-sam": [("count-for-root", "p in place of sqrt(p)", 0, {"root": False})],
    "vsam": [
        ("square-in-norm", "Sigma in place of Sigma^(1/2) inside the norm", 0, {"in_norm": lambda s: s}),
        ("plain-norm", "the norm of g without Sigma", 1, {"in_norm": torch.ones_like}),
    ],
}

# the answer to another question
FIELDS_MISREAD = [
    ("vae", "rec-mean", "rec is 'mean'", 0, {"rec": "mean"}),
    ("samba", "beta-unused", "beta is not used", 2, {"beta": 1}),
    ("rae-jacobian", "other-power", "the squared norm in place of the norm", 0, {"power": 2}),
    ("gamma-vae", "gamma-is-deviation", "gamma is taken as the standard deviation", 2, None),
]


def sum_over_batch(expected, batch):
    return {k: batch * v for k, v in expected.items()}


def negated(expected, _):
    return {k: -v if k.startswith("grad.") else v for k, v in expected.items()}


def one_entry(expected, _):
    """The largest gradient with one entry off by 3e-6 of its norm."""
    name = max((k for k in expected if k.startswith("grad.")), key=lambda k: float(expected[k].norm()))
    wrong = expected[name].clone()
    wrong.view(-1)[-1] += 3e-6 * wrong.norm()
    return {**expected, name: wrong}


# what comes out is changed
OUTPUTS = [
    ("samba", "one-entry", "one entry of one gradient is off by 3e-6 of its norm", 0, one_entry),
    ("grae", "one-entry", "one entry of one gradient is off by 3e-6 of its norm", 3, one_entry),
    ("vsam", "one-entry", "one entry of one gradient is off by 3e-6 of its norm", 2, one_entry),
    ("vae", "sum-over-batch", "a sum over the batch in place of the mean", 2, sum_over_batch),
    ("sam", "negated-gradient", "the gradients have the opposite sign", 3, negated),
]


def wrong_question(objective, name, index):
    if index == "tiny":
        from degenerate import tiny_gradient

        case = tiny_gradient(objective, 0)
        case.name = f"{objective}-wrong-{name}"
        return case
    return question(objective, index, f"wrong-{name}")


def flawed(answer):
    """(case, flaw, expected) of every wrong vector; `answer(case, objective, **keywords)` is the right code."""
    for objective in FIELDS:
        for name, says, index, keywords in CODE[objective]:
            case = wrong_question(objective, name, index)
            yield case, says, answer(case, case.objective, **keywords)
    for objective, name, says, index, fields in FIELDS_MISREAD:
        case = wrong_question(objective, name, index)
        fields = {"gamma": case.objective["gamma"] ** 2} if fields is None else fields
        yield case, says, answer(case, {**case.objective, **fields})
    for objective, name, says, index, change in OUTPUTS:
        case = wrong_question(objective, name, index)
        batch = case.given["input.x"].shape[0]
        yield case, says, change(answer(case, case.objective), batch)
