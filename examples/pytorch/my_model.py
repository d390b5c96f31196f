"""Stands for your own model and loss: layers and losses under names of your own."""
import torch
from torch import nn


class MyVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(6, 8), nn.Tanh())
        self.mean, self.log_var = nn.Linear(8, 2), nn.Linear(8, 2)
        self.generator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 6))

    def losses(self, x, noise):
        """Squared error and KL divergence, means over the batch of sums over a sample."""
        h = self.features(x)
        mean, log_var = self.mean(h), self.log_var(h)
        y = self.generator(mean + torch.exp(log_var / 2) * noise)
        kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1)
        return ((x - y) ** 2).sum(1).mean(), kl.mean()
