"""Exports a vector from a model of your own: python3 export_vector.py OUT.safetensors; flatcheck vectors check OUT.safetensors"""
import sys

import torch

from flatcheck_vector import write_vector
from my_model import MyVae

torch.manual_seed(0)
model = MyVae().double()  # in double precision: a check asks for 1e-9
x, noise = torch.rand(4, 6).double(), torch.randn(4, 2).double()
rec, kl = model.losses(x, noise)
loss = rec + 0.5 * kl
loss.backward()

RENAME = {"features.0": "encoder.0", "mean": "mu", "log_var": "logvar", "generator.0": "decoder.0", "generator.2": "decoder.1"}
ours = {RENAME[name.rpartition(".")[0]] + "." + name.rpartition(".")[2]: p for name, p in model.named_parameters()}
write_vector(
    sys.argv[1],
    id="my-vae-0",
    net={"kind": "autoencoder", "encoder": [6, 8], "latent": 2, "decoder": [2, 8, 6], "activation": "tanh", "output": "identity"},
    objective={"name": "vae", "rec": "sum", "beta": 0.5, "variance": "learned"},
    params=ours,
    grads={name: p.grad for name, p in ours.items()},
    inputs={"x": x, "noise": noise},
    expected={"loss": loss, "reconstruction": rec, "kl": kl},
)
