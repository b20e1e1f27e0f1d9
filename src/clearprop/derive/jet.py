"""Taylor mode: whole series travel along the graph, so that the cost is polynomial in the order.

For y = f(x) and a curve x(t) with Taylor coefficients x₀, x₁, x₂ … the coefficients of y(t) follow,
one order after the other:

- linear operations apply to each coefficient;
- products are convolutions, and quotients are solved for the newest coefficient;
- a choice between two values is the same choice between their coefficients;
- for all others y′(t) = Σ pᵢ(t) xᵢ′(t), so k yₖ = Σᵢ Σⱼ j xᵢⱼ pᵢ,ₖ₋ⱼ. The partials pᵢ are values of
  a graph themselves, with series of their own. Equal operations are made once: so sin needs cos and
  cos needs sin, exp needs itself, and there is no end to their orders.

Operations that hold graphs (loops, branches) are differentiated as a whole, once per order, so
there the cost is that of nested forward mode.

Source: A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed. (2008), chapter 13.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import Any, final

from clearprop.graph import Constant, Graph, Input, Node, Value, active_values, prune
from clearprop.primitives import Bilinear, Builder, Bundle, Elementwise, Linear, Projection, Sym
from clearprop.primitives.gates import Gated

Question = tuple[Value, int]
"""A coefficient: of a value, of an order."""

Answer = Sym | None
"""A coefficient; None where it is zero for want of a path."""

Rule = Generator[Question, Answer, Answer]
"""How a coefficient is made: it yields questions, is sent their answers, and returns its own."""


def jet(ops: Builder, graph: Graph, wrt: Sequence[Input], order: int) -> Graph:
    """The graph that computes derivatives along a curve, up to some order.

    Args:
        ops: A new builder.
        graph: The graph of a function.
        wrt: The inputs that move, all differentiable.
        order: The highest derivative.

    Returns:
        A graph with the same inputs followed, for each input in ``wrt``, by its first to
        ``order``-th derivative by t; its outputs are the same of each differentiable output.
    """
    series = _Series(ops, graph, wrt, order)
    outputs = [value for value in graph.outputs if value.type.differentiable]
    results = [series.derivative(value, k).value for value in outputs for k in range(1, order + 1)]
    return prune(Graph((*graph.inputs, *series.seeds), ops.nodes, results, graph.guards))


@final
class _Series:
    """The Taylor coefficients that are known, and how to find others."""

    def __init__(self, ops: Builder, graph: Graph, wrt: Sequence[Input], order: int) -> None:
        self.ops = ops
        self.active = active_values(graph, wrt)
        self.seeds: list[Input] = []
        self._known: dict[Question, Answer] = {}
        self._alike: dict[Any, Node] = {_key(node): node for node in graph.nodes}
        self._partials: dict[Node, Sequence[Any]] = {}
        self._tangents: dict[Node, Any] = {}
        self._moving: dict[Value, Value] = {}  # stand-ins for tangents → whose they are
        self._virtual: set[Value] = set()  # what depends on stand-ins, and is never computed
        ops.nodes.extend(graph.nodes)
        for value in wrt:
            for k in range(1, order + 1):
                seed = Input(f"d{k}{value.name}", value.type)
                self.seeds.append(seed)
                self._known[value, k] = Sym(ops, seed) * (1 / math.factorial(k))

    def derivative(self, value: Value, k: int) -> Sym:
        """The k-th derivative of a value by t."""
        found = self.find((value, k))
        return self.ops.zeros(value.type) if found is None else found * float(math.factorial(k))

    def find(self, question: Question) -> Answer:
        """A coefficient; a stack of rules that wait for answers stands in for recursion."""
        waiting = [(question, self._rule(question))]
        answer: Answer = None
        while waiting:
            asked, rule = waiting[-1]
            try:
                following = rule.send(answer)
            except StopIteration as end:
                answer = self._known[asked] = end.value
                waiting.pop()
                continue
            answer = self._known.get(following)
            if following not in self._known:
                waiting.append((following, self._rule(following)))
        return answer

    # The table of rules --------------------------------------------------------------------------

    def _rule(self, question: Question) -> Rule:
        """Which rule makes this coefficient."""
        value, k = question
        if question in self._known:
            return self._itself(question)
        if value in self._moving:
            return self._tangent(self._moving[value], k)
        if k == 0:
            return self._first(value)
        if not isinstance(value, Node) or value not in self.active:
            return _nothing()
        self.ops.mark(value, "tangent")
        primitive = value.primitive
        if isinstance(primitive, Linear):
            return self._linear(value, k)
        if isinstance(primitive, Bilinear) or primitive.name == "multiply":
            return self._product(value, k)
        if primitive.name == "divide":
            return self._quotient(value, k)
        if primitive.name == "where":
            return self._choice(value, k)
        if isinstance(primitive, Elementwise):
            return self._by_partials(value, k)
        return self._by_tangent(value, k)

    def _itself(self, question: Question) -> Rule:
        return self._known[question]
        yield question

    def _first(self, value: Value) -> Rule:
        """Coefficient 0: the value; of an operation on tangents, made anew of theirs."""
        if not isinstance(value, Node) or value not in self._virtual:
            return Sym(self.ops, value)
        operands = []
        for operand in value.operands:
            found = yield operand, 0
            operands.append(found or self.ops.zeros(operand.type))
        return self.ops.apply(value.primitive, operands, dict(value.params))

    def _tangent(self, value: Value, k: int) -> Rule:
        """x′ has the coefficient (k + 1) xₖ₊₁."""
        found = yield value, k + 1
        return None if found is None else found * float(k + 1)

    def _linear(self, node: Node, k: int) -> Rule:
        linear = node.primitive.linear
        places = range(len(node.operands)) if linear is None else linear
        operands = []
        moves = False
        for place, operand in enumerate(node.operands):
            found = yield operand, k if place in places else 0
            moves = moves or (place in places and found is not None)
            operands.append(found or self.ops.zeros(operand.type))
        return self.ops.apply(node.primitive, operands, dict(node.params)) if moves else None

    def _product(self, node: Node, k: int) -> Rule:
        a, b = node.operands
        terms: list[Answer] = []
        for j in range(k + 1):
            left = yield a, j
            right = yield b, k - j
            if left is not None and right is not None:
                terms.append(self.ops.apply(node.primitive, (left, right), dict(node.params)))
        return self.ops.total(terms)

    def _quotient(self, node: Node, k: int) -> Rule:
        """From y b = a: yₖ = (aₖ − Σ yₖ₋ⱼ bⱼ) / b₀, the sum from j = 1."""
        a, b = node.operands
        total = yield a, k
        for j in range(1, k + 1):
            y, slope = (yield node, k - j), (yield b, j)
            if y is not None and slope is not None:
                term = y * slope
                total = -term if total is None else total - term
        if total is None:
            return None
        first = yield b, 0
        assert first is not None, "a value has itself as coefficient 0"
        return total / first

    def _choice(self, node: Node, k: int) -> Rule:
        """The same choice between the coefficients of the two."""
        mask, *branches = node.operands
        found = []
        for branch in branches:
            found.append((yield branch, k))
        if found == [None, None]:
            return None
        return self.ops.where(mask, *[0 if slope is None else slope for slope in found])

    def _by_partials(self, node: Node, k: int) -> Rule:
        """Coefficient k of the sum Σᵢ pᵢ xᵢ′, which is y′."""
        terms: list[Answer] = []
        for operand, partial in zip(node.operands, self._partials_of(node), strict=True):
            for j in range(1, k + 1) if partial is not None else ():
                slope = yield operand, j
                if slope is None:
                    continue
                if isinstance(partial, Sym):
                    factor = yield partial.value, k - j
                    terms.append(None if factor is None else slope * factor * (j / k))
                elif j == k:
                    terms.append(self.ops.scale(slope, partial))
        return self.ops.total(terms)

    def _by_tangent(self, node: Node, k: int) -> Rule:
        """One k-th of the coefficient k − 1 of y′, a graph in x and x′."""
        found = self._tangent_of(node)
        if found is None:
            return None
        answer = yield found.value, k - 1
        return None if answer is None else answer * (1 / k)

    # Graphs of partials and tangents -------------------------------------------------------------

    def _partials_of(self, node: Node) -> Sequence[Any]:
        """The local partials of an operation, its nodes shared with equal ones."""
        if node not in self._partials:
            ops = self.ops
            start = len(ops.nodes)
            xs = [Sym(ops, operand) for operand in node.operands]
            one = ops.full(node.type.strong, 1)
            found = [
                ops.settle(ops.scale(one, partial)) if isinstance(partial, Gated) else partial
                for partial in node.primitive.partials(ops, Sym(ops, node), *xs)
            ]
            self._partials[node] = self._shared(start, found)
        return self._partials[node]

    def _tangent_of(self, node: Node) -> Answer:
        """The tangent of an operation, in terms of stand-ins for the tangents of its operands."""
        if isinstance(node.primitive, Projection):
            (several,) = node.operands
            assert isinstance(several, Node)
            bundle: Bundle | None = self._slopes_of(several)
            return None if bundle is None else bundle.parts[dict(node.params)["index"]]
        answer: Answer = self._slopes_of(node)
        return answer

    def _slopes_of(self, node: Node) -> Any:
        if node not in self._tangents:
            ops = self.ops
            start = len(ops.nodes)
            stand_ins: list[Answer] = []
            for operand in node.operands:
                moves = operand in self.active
                stand_in = Input("dx", operand.type)
                if moves:
                    self._moving[stand_in] = operand
                    self.active.add(stand_in)
                stand_ins.append(Sym(ops, stand_in) if moves else None)
            xs = [Sym(ops, operand) for operand in node.operands]
            found = node.primitive.jvp(ops, Sym(ops, node), xs, stand_ins, dict(node.params))
            found = ops.settle(found)
            parts = found.parts if isinstance(found, Bundle) else (found,)
            shared = self._shared(start, parts)
            self._tangents[node] = Bundle(shared) if isinstance(found, Bundle) else shared[0]
        return self._tangents[node]

    def _shared(self, start: int, found: Sequence[Any]) -> list[Any]:
        """The nodes made since ``start``, each replaced by an equal one where there is one."""
        ops = self.ops
        made = ops.nodes[start:]
        del ops.nodes[start:]
        known: dict[Value, Value] = {}
        for node in made:
            operands = tuple([known.get(operand, operand) for operand in node.operands])
            copy = Node(node.primitive, operands, node.params, node.type, node.provenance)
            kept = known[node] = self._alike.setdefault(_key(copy), copy)
            if kept is copy:
                ops.nodes.append(copy)
                if copy.type.differentiable and not self.active.isdisjoint(copy.operands):
                    self.active.add(copy)
                if any(x in self._moving or x in self._virtual for x in operands):
                    self._virtual.add(copy)
        return [Sym(ops, known.get(x.value, x.value)) if isinstance(x, Sym) else x for x in found]


def _nothing() -> Rule:
    """Zero, for want of a path."""
    return None
    yield


def _key(node: Node) -> Any:
    """What equal operations have in common."""
    operands = [x.key if isinstance(x, Constant) else x for x in node.operands]
    return (node.primitive, node.params, *operands)
