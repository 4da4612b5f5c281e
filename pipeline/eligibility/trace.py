"""Show how an expression comes to its value for one subject: every part of it, from the whole down to the comparisons."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.eligibility.expression import evaluate, parse
from pipeline.eligibility.kleene import Column


class Step(NamedTuple):
    """A part of an expression, how deep it lies in the whole, and its value; None is unknown."""

    depth: int
    text: str
    value: Any


def steps(text: str, columns: Mapping[str, Column]) -> list[Step]:
    """Return the parts of an expression with their values, each before its own parts.

    Parameters
    ----------
    columns
        Of one row, the subject's.
    """

    def walk(node: ast.expr, depth: int) -> Iterator[Step]:
        part = ast.unparse(node)
        yield Step(depth, part, evaluate(part, columns, 1).items()[0])
        for below in _parts(node):
            yield from walk(below, depth + 1)

    return list(walk(parse(text).body, 0))


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return what a part is made of and is worth a line: not single names and numbers, whose values are listed apart."""
    match node:
        case ast.BoolOp(values=values):
            return values
        case ast.UnaryOp(operand=operand):
            below = [operand]
        case ast.Compare(left=left, comparators=others):
            below = [left, *others]
        case ast.BinOp(left=left, right=right):
            below = [left, right]
        case _:
            below = []
    return [part for part in below if isinstance(part, ast.BinOp | ast.BoolOp | ast.Compare)]
