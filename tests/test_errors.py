"""One tree of errors; its docstring draws it with the exit codes that commands end with."""

from __future__ import annotations

import re

import pytest

from pipeline import errors
from pipeline.errors import LensError, SightlineError
from pipeline.findings import Finding

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, SightlineError) and value is not SightlineError
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_is_drawn_with_its_exit_code(kind: type[SightlineError]):
    drawn = re.search(rf"── {kind.__name__} +(\d+)?", errors.__doc__ or "")

    assert drawn is not None
    code = drawn[1] or kind.__mro__[1].exit_code  # a child drawn without code has its parent's
    assert kind.exit_code == int(code)
    assert kind.__name__.endswith("Error")
    assert kind.__doc__


def test_a_lens_error_carries_all_that_was_found():
    findings = [Finding("lens.yaml", n, 1, "error", "rule", "a", "b") for n in (1, 2)]

    error = LensError("two things", findings)

    assert error.findings == tuple(findings)
    assert str(error) == "two things"
    assert LensError("nothing known").findings == ()
