"""Spark SQL that means what the same expression means on DuckDB.

Ibis leaves to every engine what a division by zero, a cast to a whole number or a count of nothing gives. Here Spark is
made to answer as DuckDB does, once for all expressions, so that none has to be written with two engines in mind.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL, SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.exceptions import UnsupportedOperationError

_MONTH_PARTS = {"month": 1, "quarter": 3, "year": 12}


class SparkSql(PySparkCompiler):  # type: ignore[misc]  # ibis has no types
    """Ibis' compiler to Spark SQL with DuckDB's semantics."""

    __slots__ = ()
    #: Engines hash differently, so a sample drawn by hash would be another one: use arithmetic on the customer key.
    UNSUPPORTED_OPS = (ops.Hash,)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:
        """Fractions are doubles; Spark would take them for decimals, whose products lose digits."""
        if dtype.is_floating():
            return self.cast(super().visit_DefaultLiteral(op, value=value, dtype=dtype), dt.float64)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_Field(self, op: Any, *, rel: Any, name: Any) -> Any:
        """The column as it is, whatever Ibis' options say of NaN."""
        return SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)

    def visit_IsNull(self, op: Any, *, arg: Any) -> Any:
        """NaN is a number, not a missing one."""
        return arg.is_(NULL)

    def visit_NotNull(self, op: Any, *, arg: Any) -> Any:
        """As :meth:`visit_IsNull`."""
        return arg.is_(sg.not_(NULL))

    def visit_IsNan(self, op: Any, *, arg: Any) -> Any:
        """Null of null; Spark says false."""
        return self.if_(arg.is_(NULL), NULL, self.f.isnan(arg))

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
        """0 where there are no rows, not null."""
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count_if(where)

    def visit_Divide(self, op: Any, *, left: Any, right: Any) -> Any:
        """Always in doubles; by zero it is infinite (or NaN), not an error."""
        left, right = self._double(op.left, left), self._double(op.right, right)
        if isinstance(op.right, ops.Literal) and op.right.value:
            return sge.paren(left) / sge.paren(right)
        return self.if_(right.eq(0), sge.paren(left) * self.POS_INF, self.f.try_divide(left, right))

    def visit_FloorDivide(self, op: Any, *, left: Any, right: Any) -> Any:
        """The largest whole number not above the quotient."""
        return self.cast(self.f.floor(self.visit_Divide(op, left=left, right=right)), op.dtype)

    def visit_Modulus(self, op: Any, *, left: Any, right: Any) -> Any:
        """With the sign of the left side; by zero it is null, not an error."""
        if isinstance(op.right, ops.Literal) and op.right.value:
            return sge.paren(left) % sge.paren(right)
        return self.f.anon.try_mod(left, right)

    def visit_Mean(self, op: Any, *, arg: Any, where: Any) -> Any:
        """A double also of decimals."""
        return super().visit_Mean(op, arg=self._double(op.arg, arg) if op.arg.dtype.is_decimal() else arg, where=where)

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        """Rounded to the nearest whole number (doubles: halves to the even one), not cut off."""
        if to.is_integer() and op.arg.dtype.is_floating():
            arg = self.f.anon.rint(arg)
        elif to.is_integer() and op.arg.dtype.is_decimal():
            arg = self.f.round(arg, 0)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_DateDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """How many days, months, quarters or years begin between two days."""
        unit = str(op.part.value) if isinstance(op.part, ops.Literal) else ""
        if unit == "day":
            return self.cast(self.f.anon.datediff(left, right), dt.int64)
        if unit in _MONTH_PARTS:
            ends = [self._months(self.f.anon.trunc(side, unit)) for side in (left, right)]
            return self.cast(sge.paren(sge.paren(ends[0]) - sge.paren(ends[1])) / _MONTH_PARTS[unit], dt.int64)
        raise UnsupportedOperationError(f"no difference of dates in {unit or 'a unit that is not given'}")

    def visit_TimestampDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """Of instants only in whole days."""
        if not isinstance(op.part, ops.Literal) or str(op.part.value) != "day":
            raise UnsupportedOperationError("a difference of instants in anything but days")
        return self.cast(self.f.anon.datediff(left, right), dt.int64)

    def visit_DateTruncate(self, op: Any, *, arg: Any, unit: Any) -> Any:
        """A date, not an instant."""
        return arg if unit.singular == "day" else self.f.anon.trunc(arg, unit.singular)

    def visit_IntervalFromInteger(self, op: Any, *, arg: Any, unit: Any) -> Any:
        """Days, weeks, months or years."""
        place = {"year": 0, "month": 1, "week": 2, "day": 3}.get(unit.singular)
        if place is None:
            raise UnsupportedOperationError(f"an interval in {unit.plural}")
        return self.f.anon.make_interval(*[sge.convert(0)] * place, self.cast(arg, dt.int32))

    def _double(self, op: Any, sql: Any) -> Any:
        return sql if op.dtype.is_float64() and not isinstance(op, ops.Literal) else self.cast(sql, dt.float64)

    def _months(self, day: Any) -> Any:
        return self.f.year(day) * 12 + self.f.month(day)


COMPILER = SparkSql()
