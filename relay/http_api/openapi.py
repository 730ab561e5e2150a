"""OpenAPI: the description of the interface, drawn from the routes and models that do the work (OpenAPI
3.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from relay.http_api.bodies import BINARY_TYPE, JSON_TYPE
from relay.http_api.models.fields import Model, Problem
from relay.http_api.problems import CONTENT_TYPE
from relay.http_api.routes import Bytes, Route

_REF: Final = "#/components/schemas/{model}"
_PATH_NAME: Final = re.compile(r"\{(\w+)(?::[^}]+)?\}")


def describe(routes: Iterable[Route], name: str, version: str) -> dict[str, Any]:
    """The whole description, as an object for JSON."""
    routes = tuple(routes)
    names, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for one in routes:
        paths.setdefault(_PATH_NAME.sub(r"{\1}", one.path), {})[one.method.lower()] = _operation(one, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": name,
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


Names = dict[type[BaseModel], dict[str, Any]]


def _schemas(routes: tuple[Route, ...]) -> tuple[Names, dict[str, Any]]:
    mode: JsonSchemaMode = "validation"
    models: dict[type[BaseModel], None] = {Problem: None}
    for one in routes:
        named = (model for model in (one.body, one.answer) if model is not None)
        models |= dict.fromkeys(model for model in named if issubclass(model, Model))
    refs, document = models_json_schema([(model, mode) for model in models], ref_template=_REF)
    return {model: refs[model, mode] for model in models}, document["$defs"]


def _operation(one: Route, names: Names) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.handler.__name__,
        "summary": one.summary,
        "parameters": [*_path_parameters(one), *_query_parameters(one)],
        "responses": {
            str(one.status): {"description": "As asked", **_content(one.answer, names)},
            "default": {
                "description": "A problem",
                "content": {CONTENT_TYPE: {"schema": names[Problem]}},
            },
        },
    }
    if one.session:
        operation["security"] = [{"session": []}]
    if one.body is not None:
        operation["requestBody"] = {"required": True, **_content(one.body, names)}
    return operation


def _content(model: type[Model] | type[Bytes] | None, names: Names) -> dict[str, Any]:
    if model is None:
        return {}
    if model is Bytes or not issubclass(model, Model):
        return {"content": {BINARY_TYPE: {"schema": {}}}}
    return {"content": {JSON_TYPE: {"schema": names[model]}}}


def _path_parameters(one: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in _PATH_NAME.findall(one.path)
    ]


def _query_parameters(one: Route) -> list[dict[str, Any]]:
    schema = one.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]
