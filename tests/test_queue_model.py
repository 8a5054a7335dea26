"""After any operations in any order, each room is where a simple model predicts, and no data is left over."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import job
from tests.redis_cluster import plain_client, queue_client

SERVERS = ["single", "cluster"]
INBOX = "ranklist:start_urls"
ATTEMPTS = 3
HOUR = 3_600_000
ROOMS = ["7301234567890123456", "7301234567890123457", "9223372036854775807", "1"]
BAD = ["hello", "", '{"room_id":-1}', '{"room_id":1.5}', "73012345678901234560"]

GONE = ("dead", "retired")

rooms = st.sampled_from(ROOMS)
anchors = st.sampled_from([None, "6812345678901234567"])
intervals = st.sampled_from([None, 0.0, 0.5, 3600.0])
priorities = st.sampled_from([None, -7, 0, 3])
longest = st.sampled_from([None, 0.0, 2.0, 7200.0])
schedules = st.builds(Schedule, intervals, longest, priorities)


@dataclass
class Room:
    """A room in the model."""

    place: str
    every_ms: int = 0
    every_max_ms: int = 0
    pace: int = 1
    polled: str = ""
    priority: int = 0
    anchor: str = ""
    failed: int = 0
    first_due: int | None = None
    reason: str = ""
    again: bool = False
    failing: bool = False

    @property
    def definition(self) -> str:
        default = not (self.every_ms or self.priority or self.anchor)
        longest = f":{self.every_max_ms}" if self.every_max_ms else ""
        return "" if default else f"{self.every_ms}:{self.priority}:{self.anchor}{longest}{self.polled}"

    @property
    def history(self) -> str:
        return "" if self.first_due is None else f"{self.failed}:{self.first_due}:{self.reason}"

    def begin_anew(self) -> None:
        self.failed, self.first_due, self.failing = 0, None, False

    def leave(self, place: str) -> None:
        self.begin_anew()
        self.place, self.polled, self.pace = place, "", 1

    def poll(self, unchanged: bool) -> None:
        """A recurring room was polled with success."""
        self.polled = "=" if unchanged else "*"
        if not self.again:
            self.place = "sched"
            most = self.every_max_ms // self.every_ms
            if self.every_max_ms:
                self.pace = min(-(-self.pace * 3 // 2), most) if unchanged else max(self.pace // 2, 1)

    def define(self, job: Job) -> None:
        before, schedule = (self.every_ms, self.every_max_ms), job.schedule
        self.every_ms = self.every_ms if schedule.every is None else round(schedule.every * 1000)
        self.every_max_ms = self.every_max_ms if schedule.every_max is None else round(schedule.every_max * 1000)
        if self.every_max_ms <= self.every_ms or not self.every_ms:
            self.every_max_ms = 0
        self.pace = self.pace if before == (self.every_ms, self.every_max_ms) else 1
        self.polled = self.polled if self.every_ms else ""
        self.priority = self.priority if schedule.priority is None else schedule.priority
        self.anchor = job.anchor_id or self.anchor


class QueueMachine(RuleBasedStateMachine):
    """Runs every operation on the queue and on the model."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.redis = plain_client(url, decode_responses=True)
        self.redis.flushall()
        self.runner = asyncio.Runner()
        self.queue = RoomQueue(queue_client(url), attempts=ATTEMPTS)
        self.rooms: dict[str, Room] = {}
        self.live: dict[str, Lease] = {}
        self.ended: list[Lease] = []
        self.letters: set[str] = set()
        self.raw: list[str] = []
        self.inbox = "list"
        self.stopped = self.paused = self.held = False
        self.leased = self.heard = self.settled = 0
        self.unheard: dict[str, Lease] = {}
        self.permits: int | None = None
        self.most: int | None = None
        self.expired: set[str] = set()
        self.last_fence = 0

    def teardown(self) -> None:
        self.runner.run(self.queue.close())
        self.runner.close()
        self.redis.close()

    # What people and workers do

    @rule(jobs=st.lists(st.builds(Job, rooms, anchors, schedules), min_size=1, max_size=3))
    def push(self, jobs: list[Job]) -> None:
        fresh = sum(self._pushed(job) for job in jobs)
        assert self.runner.run(self.queue.push(jobs)) == fresh

    @rule(room_id=rooms, every=st.sampled_from([None, 3600.0]))
    def restore(self, room_id: str, every: float | None) -> None:
        fresh = every is not None and room_id not in self.rooms
        assert self.runner.run(self.queue.control.restore([job(room_id, every=every)])) == fresh
        if fresh:
            self.rooms[room_id] = Room("sched", every_ms=3_600_000, polled="*")

    @rule(
        raws=st.lists(st.sampled_from(ROOMS + BAD), min_size=1, max_size=4),
        kind=st.sampled_from(["list", "set", "zset"]),
    )
    def push_raw(self, raws: list[str], kind: str) -> None:
        if not self.raw:
            self.inbox = kind
        if self.inbox == "list":
            self.redis.lpush(INBOX, *raws)
            self.raw += raws
            return
        if self.inbox == "set":
            self.redis.sadd(INBOX, *raws)
        else:
            self.redis.zadd(INBOX, dict.fromkeys(raws, 1))
        self.raw = sorted({*self.raw, *raws})

    @rule(n=st.integers(0, 3), is_heard=st.sampled_from([True, True, True, False]))
    def lease(self, n: int, is_heard: bool) -> None:
        unreadable = self._taken_in()
        self._taken_back()
        vanished = self._reaped()
        for room in self.rooms.values():
            if room.place == "due":
                room.place = "ready"
        ready = {room_id for room_id, room in self.rooms.items() if room.place == "ready"}
        self.leased += 1
        grant = self.runner.run(self.queue.lease(Call("w", self.leased, self.heard), n, HOUR))
        self.heard = self.leased if is_heard else self.heard
        assert (len(grant.leases), grant.state) == self._let_through(min(n, len(ready)))
        assert grant.wait_ms > 0 or grant.state == "run"
        if self.permits is not None:
            self.permits -= len(grant.leases)
        assert (grant.unreadable, grant.vanished) == (unreadable, vanished)
        assert grant.pending == sum(room.place not in GONE for room in self.rooms.values())
        for lease in grant.leases:
            self._leased(lease, ready)
        self.unheard = {} if is_heard else {lease.room_id: lease for lease in grant.leases}

    @precondition(lambda self: self.leased > 1)
    @rule()
    def lease_by_a_call_that_comes_late(self) -> None:
        unreadable, vanished = self._taken_in(), self._reaped()
        for room in self.rooms.values():
            room.place = "ready" if room.place == "due" else room.place
        grant = self.runner.run(self.queue.lease(Call("w", self.leased - 1, self.heard), 3, HOUR))
        assert (grant.leases, grant.unreadable, grant.vanished) == ([], unreadable, vanished)

    @precondition(lambda self: self.live)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(Outcome),
        delay_ms=st.sampled_from([0, HOUR]),
        twice=st.booleans(),
        repeated=st.booleans(),
    )
    def settle(self, data: st.DataObject, outcome: Outcome, delay_ms: int, twice: bool, repeated: bool) -> None:
        room_id = data.draw(st.sampled_from(sorted(self.live)))
        lease = self.live.pop(room_id)
        self.ended.append(lease)
        self.expired.discard(room_id)
        expected = [self._settled(lease, outcome, delay_ms)] + [Settled.LOST] * twice
        settlements = [Settlement(lease, outcome, delay_ms, "because")] * len(expected)
        self.settled += 1
        assert self.runner.run(self.queue.settle(settlements, Call("w", self.settled))) == expected
        if repeated:
            assert self.runner.run(self.queue.settle(settlements, Call("w", self.settled))) == expected

    @precondition(lambda self: self.ended)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def settle_too_late(self, data: st.DataObject, outcome: Outcome) -> None:
        lease = data.draw(st.sampled_from(self.ended))
        assert self.runner.run(self.queue.settle([Settlement(lease, outcome)])) == [Settled.LOST]

    @precondition(lambda self: self.live or self.ended)
    @rule()
    def renew(self) -> None:
        leases = [*self.live.values(), *self.ended]
        assert self.runner.run(self.queue.renew(leases, HOUR)) == [lease in self.live.values() for lease in leases]
        self.expired.clear()

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(ROOMS + sorted(self.letters)), max_size=2, unique=True))
        known = [name in self.rooms or name in self.letters for name in names]
        assert self.runner.run(self.queue.control.remove(names)) == known
        for name in names:
            self.letters.discard(name)
            self.rooms.pop(name, None)
            self.expired.discard(name)
            if name in self.live:
                self.ended.append(self.live.pop(name))

    @rule(some=st.lists(rooms, max_size=2, unique=True))
    def retry(self, some: list[str]) -> None:
        dead = [room_id in self.rooms and self.rooms[room_id].place in GONE for room_id in some]
        assert self.runner.run(self.queue.dead_letters.retry(some)) == dead
        for room_id, was_dead in zip(some, dead, strict=True):
            if was_dead:
                self._pushed(Job(room_id))

    @rule()
    def retry_all(self) -> None:
        dead = [room_id for room_id, room in self.rooms.items() if room.place == "dead"]
        assert self.runner.run(self.queue.dead_letters.retry_all()) == len(dead)
        for room_id in dead:
            self._pushed(Job(room_id))

    @precondition(lambda self: len(self.rooms) > 2)
    @rule()
    def drain(self) -> None:
        waiting = [room_id for room_id, room in self.rooms.items() if room.place in ("ready", "due", "sched")]
        assert self.runner.run(self.queue.control.drain()) == (len(waiting), len(self.raw))
        self.raw = []
        for room_id in waiting:
            del self.rooms[room_id]

    @rule(how=st.sampled_from(["stopped", "paused", "held"]))
    def stop_leasing(self, how: str) -> None:
        stop = {
            "stopped": lambda: self.queue.control.stop("why"),
            "paused": lambda: self.queue.control.pause(),
            "held": lambda: self.queue.control.hold(HOUR),
        }
        self.runner.run(stop[how]())
        setattr(self, how, True)

    @precondition(lambda self: self.stopped or self.paused or self.held)
    @rule()
    def resume(self) -> None:
        self.runner.run(self.queue.control.resume())
        self.stopped = self.paused = self.held = False

    @rule(burst=st.sampled_from([None, None, 1, 3]))
    def limit_the_rate(self, burst: int | None) -> None:
        self.runner.run(self.queue.control.set_rate(None if burst is None else 1e-4, burst))
        self.permits = burst

    @rule(most=st.sampled_from([None, None, 1, 2]))
    def limit_what_is_in_flight(self, most: int | None) -> None:
        self.runner.run(self.queue.control.set_max_inflight(most))
        self.most = most

    # What time does

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def expire(self, data: st.DataObject) -> None:
        room_id = data.draw(st.sampled_from(sorted(self.live)))
        self.redis.zadd(self._key("lease"), {room_id: 1})
        self.expired.add(room_id)

    @precondition(lambda self: any(room.place == "sched" for room in self.rooms.values()))
    @rule(data=st.data(), hours=st.integers(0, 5))
    def come_due(self, data: st.DataObject, hours: int) -> None:
        scheduled = sorted(room_id for room_id, room in self.rooms.items() if room.place == "sched")
        room_id = data.draw(st.sampled_from(scheduled))
        seconds, _ = self.redis.time()
        self.redis.zadd(self._key("sched"), {room_id: int(seconds) * 1000 - hours * HOUR})
        self.rooms[room_id].place = "due"

    @rule()
    def forget_the_script(self) -> None:
        self.redis.script_flush()

    # What must hold

    @invariant()
    def every_room_is_in_exactly_the_place_that_the_model_says(self) -> None:
        found = [(room, name) for name in ("ready", "sched", "lease", *GONE) for room in self._members(name)]
        expected = [(room_id, room.place.replace("due", "sched")) for room_id, room in self.rooms.items()]
        assert sorted(found) == sorted(expected + [(name, "dead") for name in self.letters])

    @invariant()
    def every_lease_has_an_owner_and_no_other_room_has(self) -> None:
        owners = self.redis.hgetall(self._key("own"))
        expected = {room_id: f"{lease.fence}:{lease.due_ms}:w" for room_id, lease in self.live.items()}
        assert owners == expected

    @invariant()
    def only_living_rooms_have_definitions_and_attempts(self) -> None:
        living = {room_id: room for room_id, room in self.rooms.items() if room.place not in GONE}
        definitions = {room_id: room.definition for room_id, room in living.items() if room.definition}
        attempts = {room_id: room.history for room_id, room in living.items() if room.history}
        assert self.redis.hgetall(self._key("def")) == definitions
        assert self.redis.hgetall(self._key("att")) == attempts
        paces = {room_id: str(room.pace) for room_id, room in living.items() if room.pace > 1}
        assert self.redis.hgetall(self._key("pace")) == paces

    @invariant()
    def rooms_are_failing_as_the_model_says(self) -> None:
        marked: Any = self.redis.zrange(self._key("failing"), 0, -1, withscores=True)
        failing = {room_id: room.first_due for room_id, room in self.rooms.items() if room.failing}
        assert {room: int(since) for room, since in marked} == failing

    @invariant()
    def only_leased_rooms_are_pushed_again(self) -> None:
        again = {room_id for room_id, room in self.rooms.items() if room.again}
        assert self.redis.smembers(self._key("again")) == again
        assert again <= set(self.live)

    @invariant()
    def something_is_written_of_all_the_dead_and_of_no_other(self) -> None:
        assert set(self.redis.hkeys(self._key("info"))) == {name for gone in GONE for name in self._members(gone)}

    @invariant()
    def the_depth_is_the_sum_of_it(self) -> None:
        depth = self.runner.run(self.queue.depth())
        assert depth.inbox == len(self.raw)
        assert depth.dead == len(self.letters) + sum(room.place == "dead" for room in self.rooms.values())
        assert depth.leased == len(self.live)
        assert depth.failing == sum(room.failing for room in self.rooms.values())
        assert depth.retired == sum(room.place == "retired" for room in self.rooms.values())
        living = [room for room in self.rooms.values() if room.place not in GONE]
        assert depth.ready + depth.scheduled + depth.leased == len(living)
        assert depth.recurring == sum(room.every_ms > 0 for room in living)

    # The model

    def _pushed(self, job: Job) -> bool:
        room = self.rooms.get(job.room_id)
        fresh = room is None or room.place in GONE
        room = self.rooms.setdefault(job.room_id, Room("ready"))
        room.define(job)
        if room.place == "lease":
            room.again = True
        else:
            room.place = "ready"
            room.begin_anew()
        return fresh

    def _let_through(self, n: int) -> tuple[int, str]:
        for gate in ("stopped", "paused", "held"):
            if getattr(self, gate):
                return 0, gate
        state = "run"
        if self.most is not None and self.most - len(self.live) < n:
            n, state = max(self.most - len(self.live), 0), "full"
        if self.permits is not None and self.permits < n:
            n, state = self.permits, "rate"
        return n, state

    def _taken_in(self) -> int:
        """The inbox is read from the right, and people push to the left."""
        raws, self.raw = self.raw, []
        for raw in raws:
            if raw in ROOMS:
                self._pushed(Job(raw))
            else:
                self.letters.add("?" + _sha1(raw))
        return sum(raw not in ROOMS for raw in raws)

    def _taken_back(self) -> None:
        """What was leased by a call whose answer was lost."""
        for room_id, lease in self.unheard.items():
            if self.live.get(room_id) is lease:
                self.ended.append(self.live.pop(room_id))
                self.expired.discard(room_id)
                room = self.rooms[room_id]
                if room.again:
                    room.begin_anew()
                room.place, room.again = "ready", False

    def _reaped(self) -> int:
        buried = 0
        for room_id in self.expired:
            lease = self.live.pop(room_id)
            self.ended.append(lease)
            buried += self._failed(lease, "due", "its worker vanished") is Settled.DEAD
        self.expired.clear()
        return buried

    def _leased(self, lease: Lease, ready: set[str]) -> None:
        assert lease.room_id in ready
        assert lease.fence > self.last_fence
        room = self.rooms[lease.room_id]
        assert lease.attempt == room.failed + 1
        assert (lease.anchor_id or "", lease.schedule.every or 0.0) == (room.anchor, room.every_ms / 1000)
        room.place = "lease"
        self.last_fence = lease.fence
        self.live[lease.room_id] = lease

    def _settled(self, lease: Lease, outcome: Outcome, delay_ms: int) -> Settled:
        room_id, room = lease.room_id, self.rooms[lease.room_id]
        later = "sched" if delay_ms else "due"
        if outcome is Outcome.RETRY:
            return self._failed(lease, later, "because")
        is_done = outcome in (Outcome.DONE, Outcome.UNCHANGED)
        if room.again or is_done:
            room.begin_anew()
        if is_done and room.every_ms:
            room.poll(outcome is Outcome.UNCHANGED)
        if outcome is Outcome.DEFER:
            room.place, room.reason = later, "because"
            room.first_due = lease.due_ms if room.first_due is None else room.first_due
        elif outcome is Outcome.RELEASE or room.again:
            room.place = "ready"
        elif outcome is Outcome.DEAD:
            answer = Settled.RETIRED if room.polled else Settled.DEAD
            room.leave("retired" if room.polled else "dead")
            return answer
        elif not room.every_ms:
            del self.rooms[room_id]
        room.again = False
        return Settled.KEPT

    def _failed(self, lease: Lease, later: str, reason: str) -> Settled:
        room = self.rooms[lease.room_id]
        if room.again:
            room.begin_anew()
        room.failed, room.reason = room.failed + 1, reason
        room.first_due = lease.due_ms if room.first_due is None else room.first_due
        is_used_up = room.failed >= ATTEMPTS and not room.again
        room.again = False
        room.place = later
        if not is_used_up:
            return Settled.KEPT
        if not room.every_ms:
            room.leave("dead")
            return Settled.DEAD
        was_failing, room.failing, room.place = room.failing, True, "sched"
        return Settled.KEPT if was_failing else Settled.FAILING

    def _members(self, name: str) -> list[str]:
        return [str(member) for member in self.redis.zrange(self._key(name), 0, -1)]

    @staticmethod
    def _key(name: str) -> str:
        return f"rc:{{{INBOX}}}:{name}"


def _sha1(raw: str) -> str:
    return hashlib.sha1(raw.encode(), usedforsecurity=False).hexdigest()


def test_the_queue_does_what_the_model_does(redis_url: str) -> None:
    run_state_machine_as_test(
        lambda: QueueMachine(redis_url),  # type: ignore[arg-type] # a factory serves, its name says so
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
