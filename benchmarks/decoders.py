"""One decoder at work: `python -m benchmarks.decoders NAME ANSWERS SECONDS` prints the CPU microseconds of a body.

What a decoder needs is imported when it is asked for: they do not all live in one environment.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import answers

Decode = Callable[[bytes], object]


def wire_to_items() -> Decode:
    """From bytes to the items that a crawl yields."""
    from rankcrawler.gateways import wire

    poll = wire.Poll("benchmark", "7300000000000000000", None, 1_700_000_000_000)
    return lambda body: wire.snapshot(wire.read(body), poll)


def wire_read() -> Decode:
    """From bytes to structs, with every shape of answer."""
    from rankcrawler.gateways import wire

    return wire.read


def msgspec_typed() -> Decode:
    """The floor's structs."""
    import msgspec

    from benchmarks.floor import Answer

    return msgspec.json.Decoder(Answer).decode


def msgspec_untyped() -> Decode:
    """Dicts."""
    import msgspec

    return msgspec.json.Decoder().decode


def orjson() -> Decode:
    """Dicts."""
    import orjson

    decode: Decode = orjson.loads
    return decode


def pydantic() -> Decode:
    """Models with the floor's fields."""
    from benchmarks.pydantic_models import Answer

    decode: Decode = Answer.model_validate_json
    return decode


DECODERS: dict[str, Callable[[], Decode]] = {
    "wire.read + wire.snapshot": wire_to_items,
    "wire.read": wire_read,
    "msgspec, typed": msgspec_typed,
    "msgspec, untyped": msgspec_untyped,
    "orjson": orjson,
    "json": lambda: json.loads,
    "pydantic": pydantic,
}


def microseconds(decode: Decode, bodies: list[bytes], seconds: float) -> float:
    """The median over passes through the bodies of what one of them takes."""
    passes: list[float] = []
    decode(bodies[0])
    end = time.process_time() + seconds
    while not passes or time.process_time() < end:
        start = time.process_time()
        for body in bodies:
            decode(body)
        passes.append((time.process_time() - start) / len(bodies) * 1e6)
    return sorted(passes)[len(passes) // 2]


def main() -> None:
    """Measure what the command line says."""
    name, file, seconds = sys.argv[1:]
    bodies = answers.bodies(Path(file))
    size = sum(map(len, bodies)) / len(bodies)
    print(json.dumps({name: microseconds(DECODERS[name](), bodies, float(seconds)), "bytes": size}))


if __name__ == "__main__":
    main()
