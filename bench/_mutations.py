"""What a mutation run changes in a source: one small, wrong edit at a time, on the syntax tree.

The operators are those of common mutation testers: comparisons at their edge, ``and`` for ``or``, numbers by one, texts, flags,
arguments and values that become None, twins such as ``any`` and ``all``, statements that are left out. Docstrings, annotations,
decorators, imports and the bodies of classes outside their methods stay as they are.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TWINS: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_PAIRS = (
    ("any", "all"), ("min", "max"), ("lstrip", "rstrip"), ("find", "rfind"), ("index", "rindex"), ("partition", "rpartition"),
    ("startswith", "endswith"), ("split", "rsplit"), ("removeprefix", "removesuffix"), ("lower", "upper"),
    ("match", "search"), ("fullmatch", "match"), ("append", "remove"),
)  # fmt: skip
_NAMES = dict(_PAIRS) | {b: a for a, b in _PAIRS if (b, a) != ("match", "fullmatch")}


@dataclass(slots=True)
class Mutation:
    """Puts *new* in the place of *old* in a *statement*; *about_words* where only a sentence for people changes."""

    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST
    line: int
    statement: ast.stmt
    about_words: bool

    def __str__(self) -> str:
        old, new = (" ".join(ast.unparse(node).split())[:60] or type(node).__name__ for node in (self.old, self.new))
        return f"{old}  →  {new}"

    def put(self) -> None:
        """Change the tree."""
        if self.index is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.index] = self.new


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    """Yield every mutation of what *tree* does: in its functions, and in the constants of the module."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and _is_constant(statement.value):
            yield from _place(_Place(statement, "value", None, statement, in_words=False), statement.value)
        elif isinstance(statement, ast.FunctionDef):
            yield from _function(statement)
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, ast.FunctionDef):
                    yield from _function(member)


def _is_constant(value: ast.expr) -> bool:
    """Tell whether a module's *value* is a constant that functions read; shapes are made of each other at import."""
    called = {ast.unparse(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)}
    return called <= {"frozenset", "range", "re.compile"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands, in which *statement*, and whether inside a sentence with braces."""

    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    in_words: bool


def _function(function: ast.FunctionDef) -> Iterator[Mutation]:
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    for index, statement in enumerate(function.body):
        if index or not has_docstring:
            yield from _place(_Place(function, "body", index, statement, in_words=False), statement)


def _place(place: _Place, node: ast.AST) -> Iterator[Mutation]:
    """Yield what may stand in the place of *node*, and what may change inside it."""
    if isinstance(node, ast.FunctionDef):
        yield from _function(node)
        return
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert, ast.Nonlocal, ast.Global)):
        return
    in_words = place.in_words or isinstance(node, ast.JoinedStr)
    statement = node if isinstance(node, ast.stmt) else place.statement
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
    for new in _variants(node, in_call=isinstance(place.parent, ast.Call) and place.field == "args"):
        ast.fix_missing_locations(ast.copy_location(new, node if hasattr(node, "lineno") else statement))
        about_words = text is not None and (in_words or " " in text.strip())
        line = getattr(node, "lineno", statement.lineno)
        yield Mutation(place.parent, place.field, place.index, node, new, line, statement, about_words)
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list", "ctx", "format_spec"):
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    yield from _place(_Place(node, field, index if isinstance(value, list) else None, statement, in_words), child)


def _variants(node: ast.AST, *, in_call: bool) -> Iterator[ast.AST]:
    yield from _small(node)
    is_none = isinstance(node, ast.Constant) and node.value is None
    if in_call and not is_none and not isinstance(node, (ast.Starred, ast.GeneratorExp)):
        yield ast.Constant(None)
    match node:
        case ast.keyword(arg=str(name), value=value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.keyword(name, ast.Constant(None))
        case ast.Assign(targets=[ast.Name() | ast.Attribute()], value=value) if not isinstance(value, ast.Constant):
            yield ast.Assign(node.targets, ast.Constant(None))
        case ast.AugAssign(target=ast.Name(), op=op, value=value):
            yield ast.Assign([node.target], value)
            if type(op) in _TWINS:
                yield ast.AugAssign(node.target, _TWINS[type(op)](), value)
        case ast.Return(value=ast.AST() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Return(ast.Constant(None))
        case ast.Lambda(args=arguments, body=body) if not (isinstance(body, ast.Constant) and body.value is None):
            yield ast.Lambda(arguments, ast.Constant(None))


def _small(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=right):
            for place, operator in enumerate(ops):
                yield ast.Compare(left, [*ops[:place], _TWINS[type(operator)](), *ops[place + 1 :]], right)
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(_TWINS[type(operator)](), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand) | ast.UnaryOp(op=ast.USub(), operand=operand):
            yield copy.copy(operand)  # as it gets another place
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _TWINS:
            yield ast.BinOp(left, _TWINS[type(operator)](), right)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value):
            yield ast.Constant(f"XX{value}XX")
        case ast.Constant(value=bytes() as value):
            yield ast.Constant(b"XX" + value + b"XX")
        case ast.Name(id=name, ctx=ast.Load()) if name in ("any", "all", "min", "max"):
            yield ast.Name(_NAMES[name], ast.Load())
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in _NAMES and name not in ("min", "max"):
            yield ast.Attribute(value, _NAMES[name], ast.Load())
