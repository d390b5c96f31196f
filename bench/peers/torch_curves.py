"""Peer of `npm run curves`: the losses of a training run in PyTorch, from the parameters and on the batches of a folder.
Usage: torch_curves.py FOLDER OBJECTIVE ACTIVATION WIDTH LATENT STEPS RATE THREADS:float32|float64[:plain|:reversed]...
The folder holds start.safetensors (parameters by name), x.bin ([steps, batch, 32, 32, 3] float32) and noise.bin
([steps, batch, latent] float32). Networks and objectives are those of golden/pytorch-nets. Prints {"losses": [[...], ...]}, a curve
for each way of running PyTorch: threads, type, and what else may change its rounding but not what it computes: convolutions without
oneDNN (plain), or the records of each batch in reverse order (reversed)."""
import json
import os
import pathlib
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # a waiting thread leaves its core to others
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "golden" / "pytorch-nets"))

import numpy as np
import torch

from make import OBJECTIVES
from nets import ResNet


def safetensors(path):
    raw = path.read_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    for name, entry in json.loads(raw[8:end]).items():
        if name != "__metadata__":
            first, last = (end + offset for offset in entry["data_offsets"])
            yield name, np.frombuffer(raw[first:last], "<f4").reshape(entry["shape"])


def curve(folder, objective, activation, width, latent, steps, rate, threads, dtype, other=""):
    dtype = getattr(torch, dtype)
    torch.set_default_dtype(dtype)
    torch.set_num_threads(int(threads))
    torch.backends.mkldnn.set_flags(other != "plain")
    order = slice(None, None, -1 if other == "reversed" else 1)
    net = ResNet(int(width), latent, activation).train()
    start = dict(safetensors(folder / "start.safetensors"))
    with torch.no_grad():
        for name, p in net.named_parameters():
            p.copy_(torch.tensor(start.pop(name), dtype=dtype))
    assert not start, f"parameters that this network does not have: {list(start)}"
    x = np.memmap(folder / "x.bin", "<f4").reshape(steps, -1, 32, 32, 3)
    noise = np.memmap(folder / "noise.bin", "<f4").reshape(steps, -1, latent)
    optimiser = torch.optim.Adam(net.parameters(), lr=float(rate))
    losses = []
    for step in range(steps):
        images = torch.tensor(x[step, order].transpose(0, 3, 1, 2).copy(), dtype=dtype)
        optimiser.zero_grad()
        loss, _ = OBJECTIVES[objective](net, images, torch.tensor(noise[step, order].copy(), dtype=dtype))
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def main(folder, objective, activation, width, latent, steps, rate, *ways):
    setting = pathlib.Path(folder), objective, activation, width, int(latent), int(steps), rate
    print(json.dumps({"losses": [curve(*setting, *way.split(":")) for way in ways]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
