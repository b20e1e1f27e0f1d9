"""Operations by their own lines of the catalogue, taken along as functions of the program.

What an operation computes stands in its file as ``value(xp, *operands, **params)``. Its source,
and that of all it calls there, becomes part of the program, with NumPy in place of ``xp``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import FunctionType, ModuleType
from typing import Any, Final, final

import numpy as np

from clearprop.errors import UnsupportedError
from clearprop.execute.source.python.expression import Expression, called, dtype_name, name
from clearprop.execute.source.python.writer import Writer
from clearprop.graph import Node

_HOME: Final = "clearprop."


def lifted(writer: Writer, node: Node) -> Expression | list[Expression]:
    """A call of the operation's own function; of several results a name for each."""
    function = lift(writer, node.primitive.value, node.primitive.name)
    options = [f"{key}={_argument(value)}" for key, value in node.params]
    shape = node.type.shape
    if node.type.form != "tuple":
        return writer.build(node.operands, lambda *xs: called(function, shape, *xs, *options))
    made = writer.build(node.operands, lambda *xs: called(function, (), *xs, *options))
    return several(writer, node, made.text)


def several(writer: Writer, node: Node, text: str) -> list[Expression]:
    """A line that takes apart a tuple; what nobody uses has no name."""
    used = writer.items(node)
    names = [writer.fresh(node, i) if i in used else "_" for i in range(len(node.type.parts))]
    writer.line(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {text}", node)
    return [name(x, part.shape) for x, part in zip(names, node.type.parts, strict=True)]


def lift(writer: Writer, thing: Any, wanted: str = "") -> str:
    """Take a function or class along, and all that it refers to; its name in the program."""
    key = f"{thing.__module__}.{thing.__qualname__}"
    known = writer.lifted.get(key)
    if known is None:
        known = writer.lifted[key] = writer.names.take((wanted or thing.__name__).lstrip("_"))
        _bring(writer, thing, known)
    return known


def _bring(writer: Writer, thing: Any, called_: str) -> None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    except (OSError, SyntaxError):
        tree = ast.Pass()
    if not isinstance(tree, ast.FunctionDef | ast.ClassDef):
        raise UnsupportedError(
            f"{called_} has no form as Python's text",
            why="Its file has no function for its value that could be taken along.",
        )
    tree = _Bare().visit(tree)
    assert isinstance(tree, ast.FunctionDef | ast.ClassDef), "it stays what it is"
    scope = inspect.getmodule(thing).__dict__
    free = sorted({x.id for x in ast.walk(tree) if isinstance(x, ast.Name)} - _bound(tree))
    renamed = {tree.name: called_}
    for word in free:
        if word in scope and word not in (tree.name, "np"):
            renamed[word] = _referred(writer, word, scope[word])
    tree.name = called_
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id in renamed:
            each.id = renamed[each.id]
    text = ast.unparse(ast.fix_missing_locations(tree))
    writer.helpers[called_] = text


def _referred(writer: Writer, word: str, value: Any) -> str:
    """The name in the program of what a lifted function refers to."""
    if isinstance(value, ModuleType):
        writer.modules[f"import {value.__name__}"] = None
        return value.__name__
    if isinstance(value, FunctionType | type):
        if value.__module__.startswith(_HOME):
            return lift(writer, value)
        writer.modules[f"from {value.__module__} import {value.__name__}"] = None
        return value.__name__
    if isinstance(value, np.ndarray):
        return writer.array(value)
    if isinstance(value, int | float | str):
        return repr(value)
    return word


def _bound(tree: ast.AST) -> set[str]:
    """The names that a function gives to values itself."""
    found = set()
    for each in ast.walk(tree):
        match each:
            case ast.Name(id=word, ctx=ast.Store()) | ast.arg(arg=word):
                found.add(word)
            case ast.FunctionDef(name=word) if each is not tree:
                found.add(word)
    return found


@final
class _Bare(ast.NodeTransformer):
    """Without annotations and decorators, and with NumPy in place of ``xp``."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        """No types, and no parameter for the array namespace."""
        node.returns = None
        node.args.args = [x for x in node.args.args if x.arg != "xp"]
        for each in (*node.args.args, *node.args.kwonlyargs):
            each.annotation = None
        for rest in (node.args.vararg, node.args.kwarg):
            if rest is not None:
                rest.annotation = None
        _shorten(node)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """No decorators."""
        node.decorator_list = []
        _shorten(node)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """A plain assignment."""
        return node.value and self.visit(ast.Assign([node.target], node.value))

    def visit_Call(self, node: ast.Call) -> Any:
        """No array namespace among the arguments."""
        node.args = [x for x in node.args if not (isinstance(x, ast.Name) and x.id == "xp")]
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:
        """The array namespace is NumPy."""
        return ast.Name("np", node.ctx) if node.id == "xp" else node


def _shorten(node: ast.FunctionDef | ast.ClassDef) -> None:
    """Keep the first sentence of the documentation."""
    text = ast.get_docstring(node)
    if text is not None:
        node.body[0] = ast.Expr(ast.Constant(text.split("\n\n")[0]))


def _argument(value: Any) -> str:
    """A static parameter as Python writes it."""
    return dtype_name(value) if isinstance(value, np.dtype) else repr(value)
