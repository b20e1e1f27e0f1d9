"""Which layer each box of a drawing stands in: the layering of least total link length.

The network simplex of Gansner, Koutsofios, North and Vo, "A technique for drawing directed
graphs", IEEE Transactions on Software Engineering 19(3), 1993, section 2. It starts from the
longest paths and keeps a spanning forest of *tight* links (of length one). Cutting a tight link
leaves a subtree; if the subtree, moved away from the link, would shorten more links than it
lengthens, it moves until another link becomes tight, and that one takes the place of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def assign_layers(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each of ``count`` vertices, such that every link goes to a later layer.

    Args:
        count: How many vertices there are; they are numbered from 0.
        links: Pairs ``(source, target)``; parallel links are welcome and pull together.

    Returns:
        A layer for each vertex, counted from 0 in every connected part.

    Raises:
        ValueError: The links form a cycle.

    >>> assign_layers(4, [(0, 1), (1, 2), (3, 2)])
    [0, 1, 2, 1]
    """
    order = topological_order(count, links)
    layer = [0] * count
    following: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        following[source].append(target)
    for vertex in reversed(order):
        layer[vertex] = min((layer[after] - 1 for after in following[vertex]), default=0)
    simplex = _Simplex(layer, Counter(links))
    simplex.span()
    for _ in range(20 + 4 * count):  # a bound, as degenerate steps may go round in circles
        if not simplex.step():
            break
    return simplex.counted_from_zero()


def topological_order(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """The vertices, each one after all those that have a link to it.

    >>> topological_order(3, [(2, 0), (0, 1)])
    [2, 0, 1]
    """
    following: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in links:
        following[source].append(target)
        waiting[target] += 1
    order = [vertex for vertex in range(count) if not waiting[vertex]]
    for vertex in order:  # the list grows while it is read
        for after in following[vertex]:
            waiting[after] -= 1
            if not waiting[after]:
                order.append(after)
    if len(order) < count:
        stuck = next(vertex for vertex in range(count) if waiting[vertex])
        raise ValueError(f"the links form a cycle through vertex {stuck} or one before it")
    return order


class _Simplex:
    """Layers that obey all links, and a spanning forest of tight links that proves them good."""

    def __init__(self, layer: list[int], weights: Counter[tuple[int, int]]) -> None:
        self.layer = layer
        self.links = list(weights)
        self.touching: list[list[int]] = [[] for _ in layer]
        self.forest: list[list[int]] = [[] for _ in layer]  # numbers of links, at both ends
        self.pull = [0] * len(layer)  # how many more links leave a vertex than enter it
        for number, (source, target) in enumerate(self.links):
            for end, sign in ((source, 1), (target, -1)):
                self.touching[end].append(number)
                self.pull[end] += sign * weights[source, target]
        self.roots: list[int] = []

    def slack(self, number: int) -> int:
        """By how many layers a link is longer than it must be."""
        source, target = self.links[number]
        return self.layer[target] - self.layer[source] - 1

    def span(self) -> None:
        """Builds the forest, moving what has been gathered up to the nearest link left over."""
        gathered = [False] * len(self.layer)
        for root in range(len(self.layer)):
            if gathered[root]:
                continue
            self.roots.append(root)
            gathered[root] = True
            tree = [root]
            fresh = 0
            while True:
                fresh = self._gather_tight(tree, fresh, gathered)
                number = self._closest(tree, gathered)
                if number is None:
                    break
                onward = gathered[self.links[number][0]]
                step = self.slack(number)
                for vertex in tree:
                    self.layer[vertex] += step if onward else -step
                fresh = 0

    def _gather_tight(self, tree: list[int], fresh: int, gathered: list[bool]) -> int:
        """Adds to the tree all that hangs on it by tight links; the tree's new length."""
        while fresh < len(tree):
            vertex = tree[fresh]
            fresh += 1
            for number in self.touching[vertex]:
                source, target = self.links[number]
                other = target if vertex == source else source
                if not gathered[other] and not self.slack(number):
                    gathered[other] = True
                    tree.append(other)
                    self._plant(number)
        return fresh

    def _closest(self, tree: list[int], gathered: list[bool]) -> int | None:
        """The shortest link between the tree and a vertex outside it."""
        best = None
        for vertex in tree:
            for number in self.touching[vertex]:
                source, target = self.links[number]
                leaves = gathered[source] != gathered[target]
                if leaves and (best is None or self.slack(number) < self.slack(best)):
                    best = number
        return best

    def _plant(self, number: int) -> None:
        for end in self.links[number]:
            self.forest[end].append(number)

    def step(self) -> bool:
        """Moves the subtree that gains most; False when none gains."""
        order, parent_link = self._walk()
        place = {vertex: position for position, vertex in enumerate(order)}
        pull = self.pull.copy()  # of the whole subtree, once its vertices have been added up
        size = [1] * len(order)
        cut, most = -1, 0
        for vertex in reversed(order):
            number = parent_link[vertex]
            if number < 0:
                continue
            source, target = self.links[number]
            parent, gain = (target, -pull[vertex]) if vertex == source else (source, pull[vertex])
            if gain > most:
                cut, most = vertex, gain
            pull[parent] += pull[vertex]
            size[parent] += size[vertex]
        if cut < 0:
            return False
        subtree = order[place[cut] : place[cut] + size[cut]]
        self._move(subtree, parent_link[cut], forward=self.links[parent_link[cut]][1] == cut)
        return True

    def _walk(self) -> tuple[list[int], list[int]]:
        """The forest in preorder, and the link to each vertex's parent (-1 for a root)."""
        parent_link = [-1] * len(self.layer)
        order: list[int] = []
        stack = self.roots[::-1]
        while stack:
            vertex = stack.pop()
            order.append(vertex)
            for number in self.forest[vertex]:
                if number != parent_link[vertex]:
                    source, target = self.links[number]
                    child = target if vertex == source else source
                    parent_link[child] = number
                    stack.append(child)
        return order, parent_link

    def _move(self, subtree: list[int], cut: int, *, forward: bool) -> None:
        """Moves a subtree away from the link that is cut, up to the first link it meets."""
        near, far = (0, 1) if forward else (1, 0)
        inside = set(subtree)
        met = [
            number
            for vertex in subtree
            for number in self.touching[vertex]
            if self.links[number][near] == vertex and self.links[number][far] not in inside
        ]
        closest = min(met, key=lambda number: (self.slack(number), number))
        step = self.slack(closest)
        for vertex in subtree:
            self.layer[vertex] += step if forward else -step
        for end in self.links[cut]:
            self.forest[end].remove(cut)
        self._plant(closest)

    def counted_from_zero(self) -> list[int]:
        """The layers, shifted so that every connected part begins at 0."""
        order, parent_link = self._walk()
        root, first = 0, [0] * len(order)
        roots = first.copy()
        for vertex in order:
            if parent_link[vertex] < 0:
                root = vertex
                first[root] = self.layer[root]
            roots[vertex] = root
            first[root] = min(first[root], self.layer[vertex])
        return [layer - first[root] for layer, root in zip(self.layer, roots, strict=True)]
