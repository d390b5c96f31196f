"""Peer of `npm run bench -- orders`: the same check in PyTorch float64 on one thread, as a researcher would write it.

A case: a random tanh decoder 6 -> 16 -> 12, a random code z and datum x. The gradient of the squared error (mean over the
data dimension) after the SAM step z + rho g/|g|, with respect to z and to the decoder's parameters, against the gradient of
L + rho |g|; residual norms on eight dyadic steps; the slope of the last octaves must be two. Prints cases per second.
"""

import math
import sys
import time

import torch

LATENT, HIDDEN, DATA, STEPS = 6, 16, 12, 8


def case(seed):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    parameters = [
        normal(HIDDEN, LATENT).requires_grad_(),
        normal(HIDDEN).requires_grad_(),
        normal(DATA, HIDDEN).requires_grad_(),
        normal(DATA).requires_grad_(),
    ]
    w1, b1, w2, b2 = parameters
    x, z = normal(DATA), normal(LATENT).requires_grad_()
    leaves = [z, *parameters]

    def loss(code):
        return ((w2 @ torch.tanh(w1 @ code + b1) + b2 - x) ** 2).mean()

    gradient = torch.autograd.grad(loss(z), z, create_graph=True)[0]
    norm = gradient.norm()
    penalty = torch.autograd.grad(norm, leaves, retain_graph=True, allow_unused=True)
    penalty = [torch.zeros_like(leaf) if p is None else p for p, leaf in zip(penalty, leaves)]
    plain = torch.autograd.grad(loss(z), leaves)
    direction = (gradient / norm).detach()

    residuals = []
    for k in range(STEPS):
        rho = 2.0 ** -(4 + k)
        sam = torch.autograd.grad(loss(z + rho * direction), leaves)
        parts = [s - p - rho * q for s, p, q in zip(sam, plain, penalty)]
        theta = math.sqrt(sum(float((part**2).sum()) for part in parts[1:]))
        residuals.append((float(parts[0].norm()), theta))
    slopes = [math.log2(residuals[-2][j] / residuals[-1][j]) for j in (0, 1)]
    return all(abs(slope - 2) < 0.2 for slope in slopes)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    case(0)
    start = time.perf_counter()
    passed = sum(case(seed) for seed in range(1, count + 1))
    seconds = time.perf_counter() - start
    print(f'{{"cases": {count}, "passed": {passed}, "perSecond": {count / seconds:.1f}, "torch": "{torch.__version__}"}}')


if __name__ == "__main__":
    main()
