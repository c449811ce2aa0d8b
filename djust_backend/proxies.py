"""What Python code finds in a context where the renderer has rows in place of model instances."""

from __future__ import annotations

from typing import Any

from django.utils.functional import SimpleLazyObject


class RowProxy(SimpleLazyObject):  # type: ignore[type-arg]
    """Stands for the instance of a row, or for the instances of a collection, and wakes if asked.

    Only those see it who look into a context without having been given its values: receivers of
    `template_rendered`, the test client, error pages. The renderer reads the row itself.
    """

    def __init__(self, rows: Any, values: tuple[Any, ...], shape: int, more: Any) -> None:
        super().__init__(lambda: _awake(rows, values, shape, more))
        self.__dict__["_row"] = (rows, values, shape, more)


def _awake(rows: Any, values: tuple[Any, ...], shape: int, more: Any) -> Any:
    instance = rows.instance(values, shape)
    if more is None:
        return instance
    slot, part = more
    if part is not None:
        found, listed = part
        return [found.instance(row, 0) for row in listed]
    name = rows.bound.level.shapes[shape].slots[slot].name
    return getattr(instance, name).all()
