"""Builds values from parts that the core has made itself: checking them again cost more than deciding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
_set = object.__setattr__


def made(kind: type[M], fields: dict[str, Any]) -> M:
    """A frozen value of the kind, unchecked. `fields` must name every field of it, in order, and is taken over."""
    return _built(kind, fields, set(fields))


def remade(value: M, fields: dict[str, Any], stale: Iterable[str] = ()) -> M:
    """The value with these fields, unchecked; what else it has worked out stays, but for the `stale` names."""
    values = {**value.__dict__, **fields}
    for name in stale:
        values.pop(name, None)
    return _built(type(value), values, value.model_fields_set | fields.keys())


def _built(kind: type[M], values: dict[str, Any], said: set[str]) -> M:
    new = kind.__new__(kind)
    _set(new, "__dict__", values)
    _set(new, "__pydantic_fields_set__", said)
    _set(new, "__pydantic_extra__", None)
    _set(new, "__pydantic_private__", None)
    return new


class once(Generic[T]):  # noqa: N801 - reads like the decorator it is
    """A property worked out once; that of functools takes a lock each time it does so."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> once[T]: ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> T | once[T]:
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._work(owner)
        return found
