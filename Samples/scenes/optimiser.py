"""Muon: momentum whose update is brought near to an orthogonal matrix. Source: Jordan et al., Muon (2024); the scale of the
update follows arXiv 2502.16982, so that AdamW's rate and weight decay serve for it too."""

from collections import defaultdict

import torch

# Coefficients of the quintic iteration, and how often it runs (same source).
A, B, C = 3.4445, -4.7750, 2.0315
ITERATIONS = 5


def orthogonalised(x):
    """Matrices [n, rows, columns] with their singular values moved to about 1."""
    transposed = x.shape[1] > x.shape[2]
    if transposed:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x.mT if transposed else x


class Muon(torch.optim.Optimizer):
    """For matrices inside a network; matrices of one shape are updated together."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.05):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    by_shape[p.shape].append(p)
            for shape, parameters in by_shape.items():
                gradients = torch.stack([p.grad for p in parameters])
                for p in parameters:
                    self.state[p].setdefault("momentum", torch.zeros_like(p))
                moments = [self.state[p]["momentum"] for p in parameters]
                torch._foreach_lerp_(moments, list(gradients), 1 - group["momentum"])
                update = orthogonalised(gradients.lerp(torch.stack(moments), group["momentum"]))
                torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(parameters, list(update), alpha=-group["lr"] * 0.2 * max(shape) ** 0.5)
