"""The epoch by PyTorch: eager, and with forward, backward and step compiled as one graph."""

from __future__ import annotations

from typing import Any

from benchmarks.compiled.harness import Work
from benchmarks.compiled.nets.problem import ADAM, SGD_RATE, Problem
from benchmarks.compiled.peers import torch_module


def work(problem: Problem, compiled: bool) -> Work:
    """Parameters are set back at the start of each run; batches are views made beforehand."""
    torch = torch_module()
    start = [torch.tensor(p) for p in problem.params]
    moments = [[torch.tensor(p) for p in each] for each in problem.moments()]
    batches = [
        (torch.tensor(X), torch.tensor(y)) for X, y in zip(problem.X, problem.y, strict=True)
    ]
    rate, b1, b2, eps = ADAM

    def loss(params: Any, X: Any, y: Any) -> Any:
        for i in range(0, len(params), 2):
            X = torch.addmm(params[i + 1], X, params[i])
            if i < len(params) - 2:
                X = torch.relu(X)
        return torch.nn.functional.cross_entropy(X, y)

    def step(params: Any, X: Any, y: Any) -> Any:
        slopes, value = torch.func.grad_and_value(loss)(params, X, y)
        return slopes, value

    def sgd(params: Any, X: Any, y: Any) -> Any:
        slopes, value = step(params, X, y)
        return [p - SGD_RATE * g for p, g in zip(params, slopes, strict=True)], value

    fast_step = torch.compile(step) if compiled else None
    fast_sgd = torch.compile(sgd) if compiled else None
    params = [p.clone().requires_grad_(not compiled) for p in start]
    optimizer = torch.optim.Adam(params, lr=rate, betas=(b1, b2), eps=eps, fused=True)
    for p, m, v in zip(params, *moments, strict=True):
        optimizer.state[p] = {"step": torch.tensor(0.0), "exp_avg": m, "exp_avg_sq": v}

    def slopes_of(X: Any, y: Any) -> Any:
        if fast_step is not None:
            return fast_step(params, X, y)
        value = loss(params, X, y)
        return torch.autograd.grad(value, params), value.detach()

    def plain() -> Any:
        now, losses = start, []
        if fast_sgd is not None:
            for X, y in batches:
                now, value = fast_sgd(now, X, y)
                losses.append(value)
            return now, torch.stack(losses)
        with torch.no_grad():
            torch._foreach_copy_(params, start)
        for X, y in batches:
            slopes, value = slopes_of(X, y)
            losses.append(value)
            with torch.no_grad():
                torch._foreach_add_(params, slopes, alpha=-SGD_RATE)
        return params, torch.stack(losses)

    first = [[m.clone() for m in each] for each in moments]

    def adam() -> Any:
        losses = []
        with torch.no_grad():
            torch._foreach_copy_(params, start)
            torch._foreach_copy_(moments[0], first[0])
            torch._foreach_copy_(moments[1], first[1])
            for p in params:
                optimizer.state[p]["step"].zero_()
        for X, y in batches:
            slopes, value = slopes_of(X, y)
            losses.append(value)
            for p, slope in zip(params, slopes, strict=True):
                p.grad = slope
            optimizer.step()
        return params, torch.stack(losses)

    run = adam if problem.adam else plain
    return Work(run, lambda r: [p.detach().numpy().copy() for p in (*r[0], r[1])])
