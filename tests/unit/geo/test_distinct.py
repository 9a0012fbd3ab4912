"""Each number once, ascending, as NumPy's own way has it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from geoportal.geo.distinct import distinct


@given(
    st.sampled_from([np.int64, np.uint16, np.int8]).flatmap(
        lambda kind: arrays(kind, array_shapes(min_dims=1, max_dims=3, min_side=0))
    )
)
def test_each_number_stands_once_in_order(numbers):
    found = distinct(numbers)
    assert found.dtype == numbers.dtype
    assert found.tolist() == sorted(set(numbers.ravel().tolist()))
