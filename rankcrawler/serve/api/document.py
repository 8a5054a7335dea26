"""The API's description: an OpenAPI document, and a page that shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig

from rankcrawler import __version__
from rankcrawler.serve.api import fields
from rankcrawler.serve.api.replies import AnyRequest
from rankcrawler.serve.pages.rendering import Pages
from rankcrawler.serve.refusal import Problem, title_of

Json = dict[str, Any]

_SUMMARY = "The questions that can be asked of a store, and what changes the queue"
_DESCRIPTION = (
    "Ids are text, times are ISO 8601 in UTC with milliseconds, and what is unknown is null. Tables have their rows as "
    "CSV, too: with `Accept: text/csv`, or with `.csv` after the path. The header Link names the next page of one. An "
    "answer has an ETag, and is not sent again while nothing has been written."
)
_PROBLEMS = (400, 401, 403, 404, 409, 413, 429, 500, 503, 504)
_FREE = ("healthz", "readyz")
"""Operations that need no token."""
_COMMON = ("deprecated", "allowEmptyValue", "allowReserved")
"""What Litestar says of every parameter and operation, and is what their absence says."""


class Description:
    """Describes the handlers of the API; the document is made when it is first asked for."""

    def __init__(
        self, handlers: list[HTTPRouteHandler], dependencies: Mapping[str, Provide], *, needs_token: bool
    ) -> None:
        self._handlers = handlers
        self._dependencies = dependencies
        self._needs_token = needs_token
        self._document: Json | None = None

    @property
    def document(self) -> Json:
        """The OpenAPI document."""
        if self._document is None:
            self._document = self._made()
        return self._document

    def operations(self) -> Iterator[tuple[str, str, Json]]:
        """The method, path and description of each operation."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def _made(self) -> Json:
        config = OpenAPIConfig(
            title="rankcrawler",
            version=__version__,
            summary=_SUMMARY,
            description=_DESCRIPTION,
            use_handler_docstrings=True,
        )
        app = Litestar(
            self._handlers, dependencies=dict(self._dependencies), openapi_config=config, logging_config=None
        )
        document: Json = app.openapi_schema.to_schema()
        tables = {each.operation_id for each in self._handlers if fields.is_table(each)}
        for item in document["paths"].values():
            for operation in item.values():
                _finish(operation, is_table=operation["operationId"] in tables)
        components = document["components"]
        fields.describe(components["schemas"], self._handlers)
        components["schemas"]["Problem"] = _problem()
        components["responses"] = {str(status): _response(status) for status in _PROBLEMS}
        if self._needs_token:
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            document["security"] = [{"token": []}]
        return document


def _finish(operation: Json, *, is_table: bool) -> None:
    """Say of an operation what all have in common."""
    _strip(operation)
    for parameter in operation.get("parameters", ()):
        _strip(parameter)
        parameter["schema"] = _without_null(parameter["schema"])
    names = {each["name"] for each in operation.get("parameters", ())}
    [(status, good)] = [each for each in operation["responses"].items() if each[0].startswith("2")]
    good["description"] = operation["summary"]
    responses = {status: good}
    if good["content"].keys() == {"application/json"} and is_table:
        good["content"]["text/csv"] = {"schema": {"type": "string"}}
        good["headers"] = {"ETag": _header("Differs when the answer does.")}
        responses["304"] = {"description": "The client has the answer already."}
    if "cursor" in names:
        good["headers"]["Link"] = _header("The address of the next page, if there is one.")
    if operation["operationId"] in _FREE:
        operation["security"] = []
    operation["responses"] = responses | {str(each): {"$ref": f"#/components/responses/{each}"} for each in _PROBLEMS}


def _strip(described: Json) -> None:
    for name in _COMMON:
        if described.get(name) is False:
            del described[name]


def _without_null(schema: Json) -> Json:
    """The schema of a parameter: one that is left out is no null."""
    choices = [each for each in schema.pop("oneOf", ()) if each != {"type": "null"}]
    if not choices:
        return schema
    schema.pop("description", None)
    return {**choices[0], **schema} if len(choices) == 1 else {"oneOf": choices, **schema}


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}}


def _problem() -> Json:
    schema: Json = msgspec.json.schema_components([Problem])[1]["Problem"]
    return schema


def _response(status: int) -> Json:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": title_of(status), "content": content}


@get("/api/openapi.json", include_in_schema=False, sync_to_thread=False)
def document(description: NamedDependency[Description]) -> Response[bytes]:
    """The OpenAPI document."""
    return Response(msgspec.json.encode(description.document), media_type="application/json")


@get("/api", include_in_schema=False, sync_to_thread=False)
def page(
    request: AnyRequest, description: NamedDependency[Description], pages: NamedDependency[Pages]
) -> Response[bytes]:
    """The page that shows it."""
    return pages.show(request, "api.html", description=description)


def routes() -> list[HTTPRouteHandler]:
    """The handlers that describe the API."""
    return [document, page]
