"""Peer of `npm run bench -- step`: one training step of the ResNet-18 autoencoder in PyTorch float32, as a researcher would write it.

Reads a job (one JSON line), then one JSON command a line on stdin; answers each with one JSON line on stdout:
  {"do": "step"}  one step on the batch of the job -> {"seconds", "processor", "loss"}, the loss at the old parameters
  {"do": "peak"}  -> {"bytes"}, the most memory this process has held
The job: {"objective", "width", "latent", "threads", "rate", "file"}; the file holds `param.NAME`, `x` [B, 32, 32, 3] and `noise` [B, d] as
safetensors of float32. Names and conventions of objectives, parameters and layers are flatcheck's (docs/vectors.md).
"""

import json
import math
import resource
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """A basic block; 'up' repeats pixels before the second convolution and before the skip, 'down' strides the first."""

    def __init__(self, inputs, outputs, factor, up):
        super().__init__()
        middle, stride = (inputs, 1) if up else (outputs, factor)
        self.factor = factor if up else 1
        self.c1 = nn.Conv2d(inputs, middle, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(middle)
        self.c2 = nn.Conv2d(middle, outputs, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(outputs)
        self.skip = None
        if factor != 1 or inputs != outputs:
            self.skip = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def enlarge(self, x):
        return F.interpolate(x, scale_factor=self.factor, mode="nearest") if self.factor > 1 else x

    def forward(self, x):
        hidden = F.relu(self.b1(self.c1(x)), inplace=True)
        hidden = self.b2(self.c2(self.enlarge(hidden)))
        skip = x if self.skip is None else self.skip(self.enlarge(x))
        return F.relu(hidden + skip)


def stages(channels, factors, up):
    blocks = []
    for inputs, outputs, factor in zip(channels, channels[1:], factors):
        blocks += [Block(inputs, outputs, factor, up), Block(outputs, outputs, 1, up)]
    return nn.Sequential(*blocks)


class Encoder(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.c = nn.Conv2d(3, w, 3, 1, 1, bias=False)
        self.b = nn.BatchNorm2d(w)
        self.body = stages([w, w, 2 * w, 4 * w, 8 * w], [1, 2, 2, 2], up=False)

    def forward(self, x):
        return self.body(F.relu(self.b(self.c(x)))).mean((2, 3))


class Decoder(nn.Module):
    def __init__(self, w, latent):
        super().__init__()
        self.deepest = 8 * w
        self.lin = nn.Linear(latent, self.deepest * 16)
        self.body = stages([8 * w, 4 * w, 2 * w, w, w], [2, 2, 2, 1], up=True)
        self.out = nn.Conv2d(w, 3, 3, 1, 1, bias=False)

    def forward(self, z):
        return self.out(self.body(self.lin(z).view(-1, self.deepest, 4, 4)))


class Autoencoder(nn.Module):
    def __init__(self, w, latent):
        super().__init__()
        self.encoder = Encoder(w)
        self.mu = nn.Linear(8 * w, latent)
        self.decoder = Decoder(w, latent)


def mean_error(x, decoded):
    """|x_i - f_i|^2 / D of each sample."""
    return ((x - decoded) ** 2).flatten(1).mean(1)


def kl(mu, alpha2):
    return 0.5 * (mu**2 + alpha2 - 1 - math.log(alpha2)).sum(1).mean()


def loss_of(net, objective, x, noise):
    name = objective["name"]
    mu = net.mu(net.encoder(x))
    latent = mu.shape[1]
    if name == "vae":
        alpha2 = objective["variance"]["fixed"]
        z = mu + math.sqrt(alpha2) * noise
        return mean_error(x, net.decoder(z)).mean() + objective["beta"] * kl(mu, alpha2)
    if name == "samba":
        alpha2 = objective["variance"]["fixed"]
        code = mu.detach().requires_grad_()
        gradient = torch.autograd.grad(mean_error(x, net.decoder(code)).sum(), code)[0]
        eta = math.sqrt(latent) * gradient / gradient.norm(dim=1, keepdim=True)
        z = mu + math.sqrt(alpha2) * eta
        return mean_error(x, net.decoder(z)).mean() + objective["beta"] * kl(mu, alpha2)
    errors = mean_error(x, net.decoder(mu))
    if name == "rae-loss-gradient":
        gradient = torch.autograd.grad(errors.sum(), mu, create_graph=True)[0]
        penalty = objective["lambda"] * gradient.norm(dim=1).mean()
        return errors.mean() + penalty + objective["beta"] * 0.5 * (mu**2).sum(1).mean()
    if name == "vae-sam-rae":
        gradient = torch.autograd.grad(errors.mean(), mu, create_graph=True)[0]
        penalty = math.sqrt(objective["alpha2"] * latent) * gradient.norm()
        return errors.mean() + penalty + objective["klCoeff"] * 0.5 * mu.norm()
    raise SystemExit(f"torch_step: unknown objective {name}")


def load(path):
    """The tensors of a safetensors file of float32."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(
            data, dtype=torch.float32, count=math.prod(entry["shape"]), offset=entry["data_offsets"][0]
        ).reshape(entry["shape"])
        for name, entry in header.items()
    }


def peak():
    """The most memory held, in bytes; getrusage would count what the parent held before it became this process."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def main():
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(job["threads"])
    tensors = load(job["file"])
    net = Autoencoder(job["width"], job["latent"])
    parameters = {name[len("param.") :]: t for name, t in tensors.items() if name.startswith("param.")}
    _, unknown = net.load_state_dict(parameters, strict=False)
    missing = set(dict(net.named_parameters())) - set(parameters)
    if unknown or missing:
        raise SystemExit(f"torch_step: parameters unknown {unknown}, missing {sorted(missing)}")
    x, noise = tensors["x"].permute(0, 3, 1, 2).contiguous(), tensors.get("noise")
    del tensors, parameters
    optimiser = torch.optim.Adam(net.parameters(), job["rate"])
    net.train()
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        if json.loads(line)["do"] == "peak":
            print(json.dumps({"bytes": peak()}), flush=True)
            continue
        wall, processor = time.perf_counter(), time.process_time()
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(net, job["objective"], x, noise)
        loss.backward()
        optimiser.step()
        value = loss.item()
        del loss
        answer = {
            "seconds": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
            "loss": value,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
