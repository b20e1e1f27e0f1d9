"""From a graph to steps: what is done in one loop, what is kept in memory, what the reference does.

A node is looked at once, in the graph's order, and finds its place in the ledger: in a cluster, as
a view, or as a step of its own. A reduction joins the cluster of its operand, so that what is
reduced need not be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, final

from clearprop.execute.native.bodies import (
    Body,
    carried,
    control_step,
    first_slice,
    without_histories,
)
from clearprop.execute.native.clusters import looked_at
from clearprop.execute.native.indexing import CHANGING, sources
from clearprop.execute.native.inlining import inlined
from clearprop.execute.native.inner_products import as_sums
from clearprop.execute.native.lanes import LANES, effort, is_put_in_front, laned, refuses
from clearprop.execute.native.layouts import (
    VIEWS,
    Layout,
    c_strides,
    region,
    view,
    whole,
)
from clearprop.execute.native.ledger import Key, Ledger
from clearprop.execute.native.machine import Machine
from clearprop.execute.native.matrices import as_matrix, matrix, product_of
from clearprop.execute.native.objections import objection
from clearprop.execute.native.pieces import MOST_PARTS, count, cuts, is_pieced
from clearprop.execute.native.placing import placed_body
from clearprop.execute.native.planners import PLANNERS
from clearprop.execute.native.special import FLAG
from clearprop.execute.native.steps import FOLDS, Fallback, Multiply, Refinement
from clearprop.execute.native.terms import NotLowered, is_native, number
from clearprop.graph import Constant, Graph, Node, Value, type_of
from clearprop.primitives import CATALOGUE

MOST_IN_LANES: Final = 4_000
"""From this number of operations on components on, a loop over a batch ends."""

CONTROLS: Final = ("scan", "while_loop", "cond")
"""Loops and branches."""


@final
class Planned(Ledger):
    """The steps of a graph, and the memory that they use.

    Attributes:
        graph: The graph.
        refined: What becomes of steps once they are in order, here and in bodies, if anything.
        steps: In order.
        inputs: The buffer of each input.
        outputs: The buffer of each output.
        constants: The buffers that hold constants.
        checks: Whether there are steps that may find that they cannot be done.
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[Value],
        machine: Machine,
        refined: Refinement | None = None,
    ) -> None:
        super().__init__(graph, outputs)
        self.machine = machine
        self.refined = refined
        self.checks = False
        self._objections: dict[Any, str] = {}
        self._parts: dict[Value, list[Layout]] = {}
        self._laned = laned(graph)
        self.inputs = [self._place(x) for x in graph.inputs]
        for node in graph.nodes:
            self._visit(node)
        self.outputs = [self._emit(self._copied(value)) for value in outputs]
        self._cross()
        self._assemble()
        if refined is not None:
            self.steps = refined(self.steps, self.outputs)

    # The nodes, one by one ------------------------------------------------------------------------

    def _visit(self, node: Node) -> None:
        name = node.primitive.name
        if name in CONTROLS:
            self._control(node)
            return
        if name == "item" and node.operands[0] in self._parts:
            self._take(node)
            return
        if node in self._laned and (name == "item" or is_put_in_front(node)):
            self._belong(node, self._keys[node.operands[0]])  # which has no place in memory
            return
        reason = self._objection(node)
        if reason:
            self._fall_back(node, reason)
        elif node in self._laned:
            self._lane(node)
        elif name == "stop_gradient":
            self._alias(node, node.operands[0])
        elif name in VIEWS:
            self._view(node)
        elif name in FOLDS and _axes(node):
            self._fold(node)
        elif name in FOLDS or node.primitive.lower is not None:
            self._fuse(node)
        elif name == "dot":
            self._multiply(node)
        elif is_pieced(node) and count([cuts(node)]) <= MOST_PARTS:
            self._piece(node)
        elif name in ("pad", "concatenate"):
            self._write_regions(node)
        elif name == "assign":
            self._assign(node)
        elif name in PLANNERS:
            self._special(node)
        else:
            raise AssertionError(f"no native form of {name}")

    def _objection(self, node: Node) -> str:
        """Why the node has no native form; empty if it has one."""
        kinds = [x.type for x in node.operands]
        key = (node.primitive, node.params, node.type, looked_at(node), *kinds)
        if key not in self._objections:
            self._objections[key] = objection(node)
        return self._objections[key]

    def _alias(self, node: Node, operand: Value) -> None:
        """The same elements under another name."""
        self._layouts[node] = self._layout(operand)
        self._ready[node] = self._ready.get(operand, 0)

    def _view(self, node: Node) -> None:
        (operand,) = node.operands
        layout = self._layout(operand)
        found = view(node, layout)
        stage = self._ready.get(operand, 0)
        if found is None:
            stage += 1
            copy = whole(self._buffer(operand.type))
            self._copy(stage, layout, copy)
            found = view(node, copy)
            assert found is not None, "an array in C order has every reshape as a view"
        self._layouts[node] = found
        self._ready[node] = stage

    def _fuse(self, node: Node) -> None:
        domain = node.type.shape
        self._join(node, self._earliest(node, lambda key: key[1] == domain), domain)

    def _earliest(self, node: Node, joins: Callable[[Key], bool]) -> int:
        """The first stage at which the operands are there: in a cluster to join, or in memory."""
        stage = 1
        for operand in node.operands:
            key = self._keys.get(operand)
            if key is not None and joins(key):
                stage = max(stage, key[0])
            elif not isinstance(operand, Constant):
                stage = max(stage, self._ready[operand] + 1)
        return stage

    def _lane(self, node: Node) -> None:
        """An operation on small arrays, one per element of a batch."""
        domain = (self._laned[node], LANES)
        stage = self._earliest(node, lambda key: key[1] == domain)
        while self._clusters[stage, domain].count >= MOST_IN_LANES:
            stage += 1
        self._clusters[stage, domain].count += effort(node, domain[0])
        self._belong(node, (stage, domain))
        self.checks = self.checks or refuses(node)

    def _piece(self, node: Node) -> None:
        """A value put together from parts, computed part by part with what is made of it."""
        domain = node.type.shape
        stage = self._earliest(node, lambda key: not self._clusters[key].cuts)
        mine = cuts(node)
        while True:
            stage = self._stage_for(stage, domain)
            cluster = self._clusters[stage, domain]
            if cluster.folded is None and count([cluster.cuts, mine]) <= MOST_PARTS:
                break
            stage += 1
        for axis, places in mine.items():
            cluster.cuts[axis] = cluster.cuts.get(axis, set()) | places
        self._join(node, stage, domain)
        key = self._keys[node]
        others = {self._keys[x] for x in node.operands if x in self._keys} - {key}
        self._behind[key] |= {other for other in others if other[0] == key[0]}

    def _fold(self, node: Node) -> None:
        (operand,) = node.operands
        domain, axes = operand.type.shape, _axes(node)
        key = self._keys.get(operand)
        near = key is not None and key[1] == domain
        stage = key[0] if key is not None and near else self._after([operand])
        while self._clusters[stage, domain].folded not in (None, axes) or (
            self._clusters[stage, domain].cuts
        ):
            stage += 1
        cluster = self._clusters[stage, domain]
        cluster.folded = axes
        cluster.folds.append(node)
        self._place(node)
        self._ready[node] = stage
        self._folding[node] = (stage, domain)

    def _multiply(self, node: Node) -> None:
        stage = self._after(node.operands)
        self._place(node)
        self._ready[node] = stage
        if not node.type.size:
            return
        if not node.operands[0].type.size:
            self._copy(stage, number(0, node.type.dtype), self._layouts[node])
            return
        sides = []
        for side, operand in enumerate(node.operands):
            found, order = matrix(node, side, self._layout(operand))
            if found is None:  # first the elements have to be put in order
                ordered = whole(self._buffer(type_of(order.shape, order.dtype)))
                self._copy(stage, order, ordered)
                found = as_matrix(node, side, ordered)
                self._ready[node] = stage + 1
            sides.append(found)
        c = self._layouts[node]
        a, b = sides
        step = Multiply(product_of(node, a, b), a, b, c, node)
        self._staged.append((self._ready[node], step))

    def _write_regions(self, node: Node) -> None:
        """Results that are put together from parts: zeros around an array, arrays in a row."""
        stage = self._after(node.operands)
        self._place(node)
        to = self._layouts[node]
        params = dict(node.params)
        if node.primitive.name == "pad":
            (x,) = node.operands
            if x.type.size != node.type.size:
                self._copy(stage, number(0, node.type.dtype), to)
                stage += 1
            steps = [between + 1 for between in params["interior"]]
            self._copy(stage, self._layout(x), region(to, params["low"], steps, x.type.shape))
        else:
            axis, start = params["axis"], 0
            for x in node.operands:
                starts = [start if i == axis else 0 for i in range(len(x.type.shape))]
                steps = [1] * len(starts)
                self._copy(stage, self._layout(x), region(to, starts, steps, x.type.shape))
                start += x.type.shape[axis]
        self._ready[node] = stage

    # What changes an array, and steps of kinds of their own ---------------------------------------

    def _changed(self, node: Node) -> int:
        """Have the result hold the first operand's elements; the stage at which it does.

        Where nothing else reads the operand, its memory becomes the result's.
        """
        base = node.operands[0]
        stage = self._after(node.operands)
        layout = self._layout(base)
        if base in self._owned and self._uses[base] == 1:
            self._layouts[node] = layout
            self._owned.add(node)
            return stage
        self._place(node)
        self._copy(stage, layout, self._layouts[node])
        return stage + 1

    def _assign(self, node: Node) -> None:
        """A slice of an array set."""
        update = node.operands[1]
        stage = self._changed(node)
        params = dict(node.params)
        to = region(self._layouts[node], params["start"], params["step"], update.type.shape)
        self._copy(stage, self._layout(update), to)
        self._ready[node] = stage

    def _special(self, node: Node) -> None:
        """A step of a kind of its own."""
        name = node.primitive.name
        stage = self._changed(node) if name in CHANGING else self._after(node.operands)
        if node.type.form == "tuple":
            self._parts[node] = [whole(self._buffer(type_)) for type_ in node.type.parts]
        elif name not in CHANGING:
            self._place(node)
        results = self._parts.get(node) or [self._layouts[node]]
        operands = [self._layout(x) for x in sources(node)]
        step = PLANNERS[name](node, operands, *results)
        self.checks = self.checks or step.checks
        self._ready[node] = stage
        self._staged.append((stage, step))

    # Loops and branches ---------------------------------------------------------------------------

    def _take(self, node: Node) -> None:
        """One of several results."""
        (operand,) = node.operands
        self._layouts[node] = self._parts[operand][dict(node.params)["index"]]
        self._ready[node] = self._ready[operand]
        self._owned.add(node)
        self._uses[node] += 1  # another node may take the same

    def _control(self, node: Node) -> None:
        """A loop or branch; its bodies are planned like graphs of their own."""
        if any(x.type.form != "array" for x in node.operands):
            self._fall_back(node, "no native form of stacks")
            return
        bodies: dict[str, Body] = {}
        try:
            for name, value in node.params:
                if isinstance(value, Graph):
                    is_scan = node.primitive.name == "scan"
                    graph = without_histories(node) if is_scan else value
                    bodies[name] = self._body(graph, carried(node) if name == "body" else {})
        except NotLowered as answer:
            self._fall_back(node, str(answer))
            return
        stage = self._after(node.operands)
        operands = [self._layout(x) for x in node.operands]
        results = [whole(self._buffer(type_)) for type_ in node.type.parts]
        dense = [self._dense(stage, node, at, x) for at, x in enumerate(operands)]
        if dense != operands:
            stage += 1
        self._parts[node] = results
        self._ready[node] = stage
        self._staged.append((stage, control_step(node, bodies, dense, results)))

    def _dense(self, stage: int, node: Node, at: int, layout: Layout) -> Layout:
        """An operand whose elements a body can read in C order, copied if need be."""
        sliced = node.primitive.name == "scan" and at >= first_slice(node)
        lead = 1 if sliced else 0
        if layout.strides[lead:] == c_strides(layout.shape[lead:]):
            return layout
        copy = whole(self._buffer(type_of(layout.shape, layout.dtype)))
        self._copy(stage, layout, copy)
        return copy

    def _body(self, graph: Graph, carries: Mapping[int, tuple[int, int]]) -> Body:
        """A body's plan.

        Args:
            graph: The body.
            carries: For carries, by number, which input enters a trip and which output leaves.

        Raises:
            NotLowered: If it holds an operation that has no native form.
        """
        flat = as_sums(inlined(graph))
        inner = Planned(flat, flat.outputs, self.machine, self.refined)
        for step in inner.steps:
            if isinstance(step, Fallback):
                raise NotLowered(f"its body's {step.node.primitive.name}: {step.reason}")
        constants = {x: self._constant(value).buffer for x, value in inner.constants.items()}
        if inner.checks:
            self.checks = True
            constants[FLAG] = FLAG
        return placed_body(
            inner.steps, inner.inputs, inner.outputs, constants, carries, self.machine
        )

    def _copied(self, output: Value) -> Value:
        """An output that no native code can copy, copied where it is not a result alone."""
        if is_native(output.type) or output.type.form != "array":
            return output
        if output in self._owned and self._layouts[output].buffer not in self._given:
            return output
        node = Node(CATALOGUE["stop_gradient"], (output,), (), output.type.strong)
        self._fall_back(node, f"no native form for {output.type}")
        return node

    def _fall_back(self, node: Node, reason: str) -> None:
        stage = self._after(node.operands)
        operands = [self._layout(x) if x.type.form == "array" else x for x in node.operands]
        result = None
        if node.type.form == "array":
            self._place(node)
            result = self._layouts[node]
        self._ready[node] = stage
        self._staged.append((stage, Fallback(node, operands, result, reason)))


def _axes(node: Node) -> tuple[int, ...]:
    return tuple(dict(node.params)["axes"])
