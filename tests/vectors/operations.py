"""The table of operations, and how JSON values become arguments: the annotation of a parameter says it
(bytes from hex, everything else as it is).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

Outputs = dict[str, Any]
OPERATIONS: dict[str, Callable[..., Outputs]] = {}


def run(operation: str, inputs: dict[str, Any]) -> Outputs:
    """Run an operation on JSON values and return JSON values; `KeysError` where the vector is invalid."""
    return _outputs_to_json(OPERATIONS[operation](**_arguments(operation, inputs)))


def _outputs_to_json(outputs: Outputs) -> Outputs:
    return {name: to_json(value) for name, value in outputs.items()}


def to_json(value: Any) -> Any:
    """Write bytes as hex, in whatever they are nested."""
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, dict):
        return {name: to_json(one) for name, one in value.items()}
    return [to_json(one) for one in value] if isinstance(value, list | tuple) else value


def _arguments(operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
    function = OPERATIONS[operation]
    kinds = get_type_hints(function)
    if set(inputs) != set(inspect.signature(function).parameters):
        raise TypeError(f"{operation} takes {', '.join(inspect.signature(function).parameters)}")
    return {name: _from_json(value, kinds[name]) for name, value in inputs.items()}


def _from_json(value: Any, kind: Any) -> Any:
    if kind is bytes:
        return bytes.fromhex(value)
    return [bytes.fromhex(one) for one in value] if kind == list[bytes] else value


def operation(name: str) -> Callable[[Callable[..., Outputs]], Callable[..., Outputs]]:
    """Enter a function into the table."""

    def enter(function: Callable[..., Outputs]) -> Callable[..., Outputs]:
        OPERATIONS[name] = function
        return function

    return enter
