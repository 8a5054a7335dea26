"""One request to the simulated gateway, and the responses to it in the gateway's dialect."""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from rankcrawler.clock import iso
from rankcrawler.simulator.answer import platform_refusal
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.dialect import Dialect, filled
from rankcrawler.simulator.reply import json_reply


class Asked(msgspec.Struct, frozen=True):
    """A request, its parameters, and the time at which its list is made (`now`, ms since 1970)."""

    request: web.Request
    dialect: Dialect
    parameters: Mapping[str, str]
    now: int

    def list_body(self, platform: Any) -> bytes:
        """The body around the platform's own answer."""
        return msgspec.json.encode(self.dialect.good(platform, self._values()))

    def fail(self, outcome: str, parameter: str = "") -> web.Response:
        """The response to a request that fails; `parameter` is the one to blame."""
        failure = self.dialect.failures[outcome]
        values = {**self._values(), "parameter": parameter}
        if failure.status_code is not None:
            return self.refuse(failure.status_code, filled(failure.message, values))
        reply = json_reply(self.request, msgspec.json.encode(self.dialect.bad(failure, values)), failure.status)
        reply.headers.update({name: str(filled(value, values)) for name, value in failure.headers.items()})
        return reply

    def refuse(self, status_code: int, prompts: str) -> web.Response:
        """The response to a request that the platform refuses, with its own code and prompt."""
        return json_reply(self.request, self.list_body(platform_refusal(status_code, prompts, self.now)))

    def _values(self) -> dict[str, Any]:
        now = wall_clock()
        return {
            "path": self.request.path,
            "parameters": self.parameters,
            "time": iso(now),
            "epoch": now // 1000,
            "epoch_soon": now // 1000 + 2,
        }
