"""Deterministic numbers that both sides can make: see README.md. No tensor of the networks is stored."""
import math

import numpy as np
import torch

MASK = 0xFFFFFFFF


def seed_of(name):
    """FNV-1a of the name, 32 bits."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & MASK
    return h


def unit(name, size):
    """Numbers in (0, 1): the finaliser of MurmurHash3 on index and name."""
    with np.errstate(over="ignore"):
        h = np.arange(1, size + 1, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed_of(name))
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return (h.astype(np.float64) + 0.5) / 2.0**32


def signed(name, size):
    """Numbers in (-1, 1)."""
    return 2 * unit(name, size) - 1


def tensor(values, shape):
    return torch.from_numpy(np.ascontiguousarray(values)).reshape(shape)


def image(name, batch, height, width, channels):
    """Numbers in (0, 1), made in the order NHWC and given as NCHW."""
    values = unit(name, batch * height * width * channels)
    return tensor(values, (batch, height, width, channels)).permute(0, 3, 1, 2).contiguous()


def parameter(name, shape):
    values = signed(name, math.prod(shape))
    if len(shape) > 1:
        values = values / math.sqrt(math.prod(shape[1:]))
    elif name.endswith(".weight"):
        values = 1 + values / 4
    else:
        values = values / 4
    return tensor(values, shape)


def statistic(name, shape):
    values = signed(name, math.prod(shape))
    return tensor(1 + values / 2 if name.endswith(".running_var") else values / 4, shape)


def fill(module):
    """Every parameter and running statistic of a module from its name."""
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(parameter(name, p.shape))
        for name, b in module.named_buffers():
            if not name.endswith("num_batches_tracked"):
                b.copy_(statistic(name, b.shape))
    return module


def digest(name, value, probes):
    """The norm of a tensor, and its products with vectors of numbers in (-1, 1)."""
    flat = value.detach().contiguous().numpy().ravel()
    products = [float(flat @ signed(f"{name}#{k}", flat.size)) for k in range(probes)]
    return [float(np.linalg.norm(flat)), *products]
