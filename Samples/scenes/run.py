"""What a training run keeps in its folder: its state, so that it can go on after any stop, and its log."""

import json
import os
import time
from pathlib import Path

import torch

from guides import Guides
from optimiser import Muon
from model import DescribeAnything, Sizes


class Run:
    """`state.pt` (weights, averages, optimiser, steps done by stage) and `log.jsonl` in a folder."""

    EMA = 0.998

    def __init__(self, folder, rate, sizes=Sizes()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(0)
        self.model, self.guides = DescribeAnything(sizes), Guides(sizes)
        self.averaged = DescribeAnything(sizes).requires_grad_(False)
        self.steps = {}
        self.rate = rate
        names = {p: name for name, p in self.model.named_parameters()}
        inner = [p for p in self.model.parameters() if p.ndim == 2 and not any(n in names[p] for n in ("embed", "lm_head"))]
        rest = [p for p in self.parameters() if all(p is not q for q in inner)]
        self.optimisers = [Muon(inner, lr=rate), torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)]
        if (self.folder / "state.pt").exists():
            state = torch.load(self.folder / "state.pt", weights_only=True)
            self.model.load_state_dict(state["model"])
            self.guides.load_state_dict(state["guides"])
            self.averaged.load_state_dict(state["averaged"])
            for optimiser, kept in zip(self.optimisers, state["optimisers"]):
                optimiser.load_state_dict(kept)
            self.steps = state["steps"]
        else:
            self.averaged.load_state_dict(self.model.state_dict())
        self._saved = self._started = time.monotonic()

    def parameters(self):
        return [*self.model.parameters(), *self.guides.parameters()]

    def step(self, loss, stage, total):
        """One update. The rate warms up over 200 steps, stays, and falls to 0 over the last fifth of `total`."""
        done = self.steps.get(stage, 0)
        factor = min(1.0, (done + 1) / 200, max(0.0, (total - done) / (0.2 * total)))
        for optimiser in self.optimisers:
            optimiser.param_groups[0]["lr"] = self.rate * factor
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        if torch.isfinite(norm):
            for optimiser in self.optimisers:
                optimiser.step()
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        self.steps[stage] = done + 1
        # Early in a stage, averages follow closely.
        decay = min(self.EMA, (done + 1) / (done + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.averaged.parameters()), list(self.model.parameters()), 1 - decay)
        if time.monotonic() - self._saved > 120:
            self.save()

    def save(self):
        state = {
            "model": self.model.state_dict(),
            "guides": self.guides.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "steps": self.steps,
        }
        torch.save(state, self.folder / "state.new")
        os.replace(self.folder / "state.new", self.folder / "state.pt")
        self._saved = time.monotonic()

    def log(self, **values):
        values = {k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}
        values = {"minutes": round((time.monotonic() - self._started) / 60, 1), "at": time.strftime("%Y-%m-%d %H:%M")} | values
        with open(self.folder / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
        print(json.dumps(values), flush=True)
