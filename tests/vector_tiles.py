"""Vector tiles (MVT 2) written by hand: a few layers of points, lines and polygons.

https://github.com/mapbox/vector-tile-spec: messages of protocol buffers; a geometry is commands
(move 1, line 2, close 7) with zigzag differences, in 4,096 steps a tile from the north-west.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3
Step = tuple[int, int]


@dataclass(frozen=True)
class Shape:
    """One feature of a layer; ``steps`` are right and down from the tile's corner."""

    kind: int
    steps: Sequence[Step]
    properties: Mapping[str, str] = field(default_factory=dict)


def tile_of(layers: Mapping[str, Sequence[Shape]]) -> bytes:
    """Return a tile of layers, by name."""
    return b"".join(_message(3, _layer(name, shapes)) for name, shapes in layers.items())


def _layer(name: str, shapes: Sequence[Shape]) -> bytes:
    keys = sorted({key for shape in shapes for key in shape.properties})
    values = sorted({value for shape in shapes for value in shape.properties.values()})
    features = []
    for shape in shapes:
        tags = [
            number
            for key, value in shape.properties.items()
            for number in (keys.index(key), values.index(value))
        ]
        features.append(
            _message(2, b"".join(map(_varint, tags)))
            + _number(3, shape.kind)
            + _message(4, b"".join(map(_varint, _geometry(shape))))
        )
    return b"".join(
        (
            _number(15, 2),
            _message(1, name.encode()),
            *(_message(2, feature) for feature in features),
            *(_message(3, key.encode()) for key in keys),
            *(_message(4, _message(1, value.encode())) for value in values),
            _number(5, EXTENT),
        )
    )


def _geometry(shape: Shape) -> list[int]:
    (right, down), *rest = shape.steps
    commands = [1 | 1 << 3, _zigzag(right), _zigzag(down)]
    if rest:
        commands.append(2 | len(rest) << 3)
        for x, y in rest:
            commands += [_zigzag(x - right), _zigzag(y - down)]
            right, down = x, y
    return [*commands, 7 | 1 << 3] if shape.kind == POLYGON else commands


def _zigzag(value: int) -> int:
    return 2 * value if value >= 0 else -2 * value - 1


def _varint(value: int) -> bytes:
    body = bytearray()
    while value > 0x7F:
        body.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*body, value])


def _number(field_number: int, value: int) -> bytes:
    return _varint(field_number << 3) + _varint(value)


def _message(field_number: int, body: bytes) -> bytes:
    return _varint(field_number << 3 | 2) + _varint(len(body)) + body
