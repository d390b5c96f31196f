"""The networks of the experiments as ordinary PyTorch modules; parameter names as in src/core/net."""
import torch
import torch.nn.functional as F
from torch import nn



def softplus(x):
    """Without PyTorch's short cut: it gives x itself from 20 on, wrong by up to 2e-9."""
    return F.softplus(x, threshold=700)


ACTIVATIONS = {"relu": F.relu, "elu": F.elu, "softplus": softplus}


def conv(i, o, k=3, s=1):
    return nn.Conv2d(i, o, k, s, k // 2, bias=False)


class Heads(nn.Module):
    def heads(self, features, latent, learned):
        self.mu = nn.Linear(features, latent)
        if learned:
            self.logvar = nn.Linear(features, latent)

    def posterior(self, h):
        return self.mu(h), (self.logvar(h) if hasattr(self, "logvar") else None)


class Block(nn.Module):
    def __init__(self, i, o, kind, factor, act):
        super().__init__()
        self.kind, self.factor, self.act = kind, factor, act
        down = factor if kind == "down" else 1
        mid = o if kind == "down" else i
        self.c1, self.b1 = conv(i, mid, 3, down), nn.BatchNorm2d(mid)
        self.c2, self.b2 = conv(mid, o), nn.BatchNorm2d(o)
        self.skip = None
        if factor != 1 or i != o:
            self.skip = nn.Sequential(conv(i, o, 1, down), nn.BatchNorm2d(o))

    def up(self, x):
        return F.interpolate(x, scale_factor=self.factor) if self.kind == "up" and self.factor != 1 else x

    def forward(self, x):
        h = self.act(self.b1(self.c1(x)))
        h = self.b2(self.c2(self.up(h)))
        return self.act(h + (x if self.skip is None else self.skip(self.up(x))))


def body(channels, kind, factors, act):
    blocks = []
    for a, b, f in zip(channels[:-1], channels[1:], factors):
        blocks += [Block(a, b, kind, f, act), Block(b, b, kind, 1, act)]
    return nn.Sequential(*blocks)


class ResNetEncoder(nn.Module):
    def __init__(self, w, act):
        super().__init__()
        self.c, self.b, self.act = conv(3, w), nn.BatchNorm2d(w), act
        self.body = body([w, w, 2 * w, 4 * w, 8 * w], "down", [1, 2, 2, 2], act)

    def forward(self, x):
        return self.body(self.act(self.b(self.c(x)))).mean((2, 3))


class ResNetDecoder(nn.Module):
    def __init__(self, d, w, act):
        super().__init__()
        self.w = w
        self.lin = nn.Linear(d, 8 * w * 16)
        self.body = body([8 * w, 4 * w, 2 * w, w, w], "up", [2, 2, 2, 1], act)
        self.out = conv(w, 3)

    def forward(self, z):
        return self.out(self.body(self.lin(z).view(-1, 8 * self.w, 4, 4)))


class ResNet(Heads):
    def __init__(self, w, d, act):
        super().__init__()
        self.encoder, self.decoder = ResNetEncoder(w, ACTIVATIONS[act]), ResNetDecoder(d, w, ACTIVATIONS[act])
        self.heads(8 * w, d, False)

    def encode(self, x):
        return self.posterior(self.encoder(x))

    def decode(self, z):
        return self.decoder(z)


def same(size, kernel, stride):
    """Rows before and after, as TensorFlow pads."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv(nn.Conv2d):
    def forward(self, x):
        (t, b), (l, r) = (same(n, self.kernel_size[0], self.stride[0]) for n in x.shape[2:])
        return F.conv2d(F.pad(x, (l, r, t, b)), self.weight, self.bias, self.stride)


class SameConvTranspose(nn.ConvTranspose2d):
    def forward(self, x):
        s, k = self.stride[0], self.kernel_size[0]
        height, width = (n * s for n in x.shape[2:])
        full = F.conv_transpose2d(x, self.weight, None, self.stride)
        top, left = same(height, k, s)[0], same(width, k, s)[0]
        y = full[:, :, top : top + height, left : left + width]
        return y if self.bias is None else y + self.bias[:, None, None]


TABLES = {
    "mnist": (28, 1, 4, [(64, 1), (128, 2), (256, 2), (512, 2), (512, 1)], (7, 256), [(512, 1), (256, 1), (128, 2), (64, 2)]),
    "celeba": (64, 3, 5, [(128, 1), (256, 2), (512, 2), (1024, 2), (1024, 2)], (8, 512), [(1024, 1), (512, 2), (256, 2), (128, 2)]),
}


class KumarPoole(Heads):
    def __init__(self, dataset, d, divide, act):
        super().__init__()
        self.act = ACTIVATIONS[act]
        side, colours, k, down, (self.rows, seed), up = TABLES[dataset]
        stages, i = [], colours
        for o, s in down:
            o //= divide
            stages.append(nn.ModuleDict({"conv": SameConv(i, o, k, s, bias=False), "norm": nn.BatchNorm2d(o)}))
            i, side = o, -(-side // s)
        self.encoder = nn.ModuleList(stages)
        self.heads(i * side * side, d, True)
        self.seed = i = seed // divide
        stages = [nn.ModuleDict({"lin": nn.Linear(d, self.rows**2 * i), "norm": nn.BatchNorm2d(i)})]
        for n, (o, s) in enumerate(up):
            o, last = o // divide, n == len(up) - 1
            stage = {"conv": SameConvTranspose(i, o, k, s, bias=last)}
            stages.append(nn.ModuleDict(stage if last else {**stage, "norm": nn.BatchNorm2d(o)}))
            i = o
        self.decoder = nn.ModuleDict({str(n): stage for n, stage in enumerate(stages)})
        self.decoder["out"] = SameConv(i, colours, k, 1)

    def encode(self, x):
        for stage in self.encoder:
            x = self.act(stage["norm"](stage["conv"](x)))
        return self.posterior(x.flatten(1))

    def decode(self, z):
        first, *stages = (stage for name, stage in self.decoder.items() if name != "out")
        h = first["lin"](z).view(-1, self.seed, self.rows, self.rows)
        h = self.act(first["norm"](h))
        for stage in stages:
            h = stage["conv"](h)
            h = self.act(stage["norm"](h) if "norm" in stage else h)
        return torch.sigmoid(self.decoder["out"](h))


class WideBlock(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.bn0, self.conv0 = nn.BatchNorm2d(i), conv(i, o, 3, s)
        self.bn1, self.conv1 = nn.BatchNorm2d(o), conv(o, o)
        self.convdim = conv(i, o, 1, s) if i != o or s != 1 else None

    def forward(self, x):
        a = F.relu(self.bn0(x))
        h = self.conv1(F.relu(self.bn1(self.conv0(a))))
        return h + (x if self.convdim is None else self.convdim(a))


class WideResNet(nn.Module):
    def __init__(self, depth, k, classes):
        super().__init__()
        n, channels = (depth - 4) // 6, [16, 16 * k, 32 * k, 64 * k]
        self.conv0 = conv(3, 16)
        for g in range(3):
            blocks = {
                f"block{i}": WideBlock(channels[g] if i == 0 else channels[g + 1], channels[g + 1], 2 if g and not i else 1)
                for i in range(n)
            }
            setattr(self, f"group{g}", nn.ModuleDict(blocks))
        self.bn, self.fc = nn.BatchNorm2d(channels[3]), nn.Linear(channels[3], classes)

    def forward(self, x):
        x = self.conv0(x)
        for group in (self.group0, self.group1, self.group2):
            for block in group.values():
                x = block(x)
        return self.fc(F.relu(self.bn(x)).mean((2, 3)))
