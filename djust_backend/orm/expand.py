"""Adds to the needs of a template what the code of properties and methods needs in its turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Model

from djust_backend.conf import hidden_relations

from . import facts
from .usage import PRINTED, REACHED, Usage
from .versions import WhileAllStay

if TYPE_CHECKING:
    from .code_reading import Watched

_TRUTH_METHODS = ("__bool__", "__len__")


def expand(model: type[Model], usage: Usage) -> Usage:
    """The needs of an instance of this class, with those of the code that it runs.

    What the code is sure to read is sure if the code is sure to run; a relation that it walks is a
    field like one that the template walks. The needs of related instances are left as they are.
    """
    if not hidden_relations() or not _may_run_code(model, usage):
        return usage
    # Imported for pages that run code of models.
    from .code_reading import still_valid  # noqa: PLC0415 - see above

    return still_valid(_expanded, model, usage)[0]


@WhileAllStay
def _expanded(model: type[Model], usage: Usage) -> tuple[Usage, Watched]:
    if not facts.gives_attributes(model):
        return usage, ()
    from .code_reading import read  # noqa: PLC0415 - as in `expand`

    result = Usage(usage.always | REACHED, usage.maybe, usage.fields, usage.each)
    watched: Watched = ()
    for name, sure in _names(model, usage):
        found, rests_on = read(model, name)
        watched += rests_on
        if found is not None:
            result = result.merge(found.usage if sure else found.usage.doubtful())
    return Usage(usage.always, usage.maybe, result.fields, result.each), watched


@WhileAllStay
def _may_run_code(model: type[Model], usage: Usage) -> bool:
    return any(True for _ in _names(model, usage))


def _names(model: type[Model], usage: Usage) -> Iterator[tuple[str, bool]]:
    """The attributes that may be code, and whether they are sure to be asked for."""
    for name, below in usage.fields.items():
        if facts.accessor(model, name) is None:
            yield name, below.reached()
    if (usage.always | usage.maybe) & PRINTED:
        # What is false may be replaced before it is printed (`|default`).
        is_true = all(facts.class_attribute(model, name) is None for name in _TRUTH_METHODS)
        yield "__str__", is_true and bool(usage.always & PRINTED)
