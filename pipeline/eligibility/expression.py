"""Parse the expressions of the rules and evaluate them over columns whose values may be unknown.

The language is a small part of Python's: names of fields and thresholds, numbers, text, `and or not`, comparisons,
`in (…)`, `+ - * / //`. Anything else (calls, attributes, subscripts …) is refused when it is read. The name `unknown`
is the truth value of which nothing is known: `share >= t or (share + cannot_know >= t and unknown)` is true where the
share is enough, false where it cannot be, and otherwise unknown.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np

from pipeline.catalogue.mend import nearest
from pipeline.eligibility import kleene
from pipeline.eligibility.kleene import Column
from pipeline.errors import SettingsError

UNKNOWN = "unknown"
_EXPECTED = "names, numbers, 'text', and or not, == != < <= > >=, in (…), + - * / //"
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_KINDS = {"b": "truth", "i": "number", "f": "number", "O": "text"}


@dataclass(frozen=True)
class Expression:
    """A parsed expression and the names that it uses."""

    text: str
    body: ast.expr
    names: frozenset[str]


@cache
def parse(text: str) -> Expression:
    """Parse an expression.

    Raises
    ------
    SettingsError
        It is not an expression of the language.
    """
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise SettingsError(
            f"expression {text!r}",
            f"cannot be read: {error.msg}",
            _EXPECTED,
            f"mend it at character {error.offset}: {text.strip()[: error.offset or 0]!r}",
        ) from None
    _refuse_foreign(body, text)
    names = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)}
    return Expression(text, body, frozenset(names - {UNKNOWN}))


def _refuse_foreign(node: ast.expr, text: str) -> None:
    parts: list[ast.expr] = []
    match node:
        case ast.Name() | ast.Constant(value=bool() | int() | float() | str()):
            pass
        case ast.BoolOp(values=values):
            parts = values
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            parts = [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            parts = [left, right]
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple(elts=choices)]) if (
            choices and all(isinstance(choice, ast.Constant) for choice in choices)
        ):
            parts = [left, *choices]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(
            type(op) in _COMPARISONS for op in ops
        ):
            parts = [left, *others]
        case _:
            raise SettingsError(
                f"expression {text!r}",
                f"holds {ast.unparse(node)!r}",
                _EXPECTED,
                f"say {ast.unparse(node)!r} in these, or compute it before and give it as a field",
            )
    for part in parts:
        _refuse_foreign(part, text)


def evaluate(text: str, columns: Mapping[str, Column], size: int) -> Column:
    """Evaluate an expression over columns of `size` rows.

    Arithmetic and comparisons with an unknown operand, and division by zero, are unknown; `and`, `or`, `not` follow
    Kleene. Whole numbers stay whole.

    Raises
    ------
    SettingsError
        The expression names no column, or compares or adds what is not alike.
    """
    expression = parse(text)
    strange = sorted(expression.names - set(columns))
    if strange:
        meant = nearest(strange[0], columns)
        raise SettingsError(
            f"expression {text!r}",
            f"{strange[0]!r} is no field and no threshold",
            todo=f"write {meant}" if meant else f"add {strange[0]} to eligibility.thresholds of params.yaml",
        )

    def value(node: ast.expr) -> Column:
        match node:
            case ast.Name(id=name):
                return kleene.unknown(size) if name == UNKNOWN else columns[name]
            case ast.Constant(value=known):
                return kleene.constant(known, size)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return kleene.negation(of_kind("truth", operand))
            case ast.UnaryOp(operand=operand):
                number = of_kind("number", operand)
                return Column(-number.values, number.known)
            case ast.BoolOp(op=op, values=parts):
                join = kleene.both if isinstance(op, ast.And) else kleene.either
                return reduce(join, (of_kind("truth", part) for part in parts))
            case ast.BinOp(left=left, op=op, right=right):
                return _arithmetic(op, of_kind("number", left), of_kind("number", right))
            case ast.Compare(
                left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Tuple(elts=choices)]
            ):
                member = reduce(kleene.either, (compare(ast.Eq(), left, choice) for choice in choices))
                return member if isinstance(op, ast.In) else kleene.negation(member)
            case ast.Compare(left=left, ops=ops, comparators=others):
                pairs = zip(ops, [left, *others], others, strict=False)
                return reduce(kleene.both, (compare(op, a, b) for op, a, b in pairs))
        raise AssertionError(f"parse let {ast.dump(node)} through")

    def of_kind(kind: str, node: ast.expr) -> Column:
        column = value(node)
        if _kind(column) != kind:
            raise SettingsError(
                f"expression {text!r}",
                f"{ast.unparse(node)!r} is {_kind(column)}",
                f"a {kind}",
                f"compare {ast.unparse(node)!r} with something first"
                if kind == "truth"
                else f"put a number in the place of {ast.unparse(node)!r}",
            )
        return column

    def compare(op: ast.cmpop, left: ast.expr, right: ast.expr) -> Column:
        a, b = value(left), value(right)
        if _kind(a) != _kind(b):
            raise SettingsError(
                f"expression {text!r}",
                f"compares {ast.unparse(left)!r} ({_kind(a)}) with {ast.unparse(right)!r} ({_kind(b)})",
                "two of one kind",
                f"write a {_kind(a)} for {ast.unparse(right)!r}",
            )
        return Column(_COMPARISONS[type(op)](a.values, b.values).astype(bool), a.known & b.known)

    return value(expression.body)


def decide(text: str, columns: Mapping[str, Column], size: int) -> Column:
    """Evaluate an expression whose value has to be a truth; raises SettingsError where it is a number or a text."""
    found = evaluate(text, columns, size)
    if _kind(found) != "truth":
        raise SettingsError(
            f"expression {text!r}",
            f"is a {_kind(found)}",
            "a truth",
            f"compare {text!r} with something",
        )
    return found


def _arithmetic(op: ast.operator, a: Column, b: Column) -> Column:
    known, divisor = a.known & b.known, b.values
    if isinstance(op, ast.Div | ast.FloorDiv):
        known = known & (divisor != 0)
        divisor = np.where(divisor != 0, divisor, 1)
    return Column(_ARITHMETIC[type(op)](a.values, divisor), known)


def _kind(column: Column) -> str:
    return _KINDS[column.values.dtype.kind]
