"""Runs rankcrawler's command line and measures CPU time by stage: `python -m benchmarks.sampled FILE COMMAND …`.

The functions in TIMED are timed at every call, on their thread's CPU clock. The rest is sampled: after each tick of CPU
time, the time that each thread has used since the last tick goes to the stage that its stack is in. While the main
thread waits for the interpreter lock, its samples are late, which over-counts functions that release the lock; so those
functions are timed. At the end, the seconds of each stage are written to FILE as JSON.
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
    "unpack gzip": ("rankcrawler.gateways.gzipped", "gunzip"),
    "decode": ("rankcrawler.gateways.wire", "Reader.read"),
    "make the snapshot": ("rankcrawler.gateways.wire", "snapshot"),
    "rules": ("rankcrawler.model.rules", "flagged"),
}


class Sampler:
    """Attributes CPU time to stages between start() and stop()."""

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
        """Stop, after one last sample."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._sample(0, sys._getframe())

    def seconds(self) -> Seconds:
        """Return the seconds of each stage; sampled ones share what the timed leave of the main thread's time."""
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

    def _sample(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 — signal.signal passes both
        if self._is_sampling:  # called by a destructor inside _current_frames(): its lock would deadlock
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
            sys.exit(f"never called, so not timed: {', '.join(sorted(missed))}; update TIMED in {__file__}")
        file.write_text(json.dumps(sampler.seconds()), encoding="utf-8")


if __name__ == "__main__":
    main()
