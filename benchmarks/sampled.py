"""rankcrawler's command line with its CPU time told apart: `python -m benchmarks.sampled FILE COMMAND …`.

The functions in TIMED are timed, call by call, on their thread's CPU clock. The rest is sampled: each time the process
has used another tick of CPU, every thread's use since the last tick goes to the stage that its stack is in. Samples of
the main thread come late where it waits for the interpreter lock, and so too often from where it gives that up; this
is why the functions that do are timed. FILE gets the seconds of each stage as JSON in the end.
"""

import importlib
import json
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from benchmarks import stages

P = ParamSpec("P")
R = TypeVar("R")
Seconds = dict[str, float]

TICK = 0.002  # seconds of CPU; Linux rounds it up to its own tick
TIMED = {
    "unpack gzip": ("rankcrawler.gateways.client", "gunzip"),
    "decode": ("rankcrawler.gateways.wire", "Reader.read"),
    "make the snapshot": ("rankcrawler.gateways.wire", "snapshot"),
    "rules": ("rankcrawler.model.rules", "flagged"),
}


class Sampler:
    """Attributes CPU time to stages, from start() to stop()."""

    def __init__(self) -> None:
        self.timed: Seconds = defaultdict(float)
        self.main: Seconds = defaultdict(float)
        self.others: Seconds = defaultdict(float)
        self._used: dict[int, float] = {}
        self._is_sampling = False
        self._stage_of = cache(stages.stage_of)

    def start(self) -> None:
        """Begin; in the main thread, whose signals it uses."""
        for stage, (module, path) in TIMED.items():
            place: Any = importlib.import_module(module)
            *classes, name = path.split(".")
            for each in classes:
                place = getattr(place, each)
            setattr(place, name, self._timing(stage, getattr(place, name)))
        signal.signal(signal.SIGPROF, self._sample)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)

    def stop(self) -> None:
        """End; one last sample takes in what was used since the one before."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._sample(0, sys._getframe())

    def seconds(self) -> Seconds:
        """By stage: the timed as they were timed, and the sampled sharing what is left of the main thread's time."""
        sampled = {stage: used for stage, used in self.main.items() if stage not in TIMED}
        left = (sum(self.main.values()) - sum(self.timed.values())) / sum(sampled.values())
        found = {stage: self.timed.get(stage, 0.0) + self.others.get(stage, 0.0) for stage in stages.NAMES}
        return {stage: found[stage] + left * sampled.get(stage, 0.0) for stage in stages.NAMES}

    def _timing(self, stage: str, function: Callable[P, R]) -> Callable[P, R]:
        def timing(*args: P.args, **kwargs: P.kwargs) -> R:
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.timed[stage] += time.thread_time() - start

        return timing

    def _sample(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 — signal.signal wants both
        if self._is_sampling:  # a destructor ran within _current_frames(), whose lock would be waited for for ever
            return
        self._is_sampling = True
        main = threading.main_thread().ident
        for thread, tip in sys._current_frames().items():
            used = time.clock_gettime(time.pthread_getcpuclockid(thread))
            stage = self._stage_of(tuple(stages.frames(frame if thread == main else tip)))
            (self.main if thread == main else self.others)[stage] += used - self._used.get(thread, 0.0)
            self._used[thread] = used
        self._is_sampling = False


def main() -> None:
    """Run the command under the sampler."""
    from rankcrawler.cli import main as rankcrawler

    file = Path(sys.argv.pop(1))
    sampler = Sampler()
    sampler.start()
    try:
        rankcrawler()
    finally:
        sampler.stop()
        if missed := TIMED.keys() - sampler.timed.keys():
            sys.exit(f"not called, so not timed: {', '.join(sorted(missed))}; TIMED in {__file__} names what to time")
        file.write_text(json.dumps(sampler.seconds()), encoding="utf-8")


if __name__ == "__main__":
    main()
