-- The room queue. A call runs one operation; all times are the server's own, in milliseconds.
--
-- A room is in exactly one of: ready, sched, lease, dead, retired. An entry of inbox or intake is not a room yet.
-- The queue of the anchors that are followed is another one, with the same operations: its "rooms" are anchors, such as
-- uid=98204909466. Its inbox is read by rankcrawler/queue/anchor_queue.py, and not here.
--
-- KEYS
--  1 inbox  list, set or zset (highest score first): entries as people push them (ranklist:start_urls)
--  2 intake list   entries that have woken a waiting worker
--  3 sched  zset   room → when it is due
--  4 ready  zset   room → when it was due, minus HEAD_START_MS for each point of priority: so no room starves.
--                  Rooms that were pushed together are microseconds apart, in that order
--  5 lease  zset   room → when its lease expires
--  6 own    hash   room → "fence:due:worker" of its lease
--  7 def    hash   room → "every:priority:anchor", unless all are at their defaults; then ":every_max" if it adapts, and,
--                  if it recurs and was polled since it was pushed, "=" (its list was unchanged) or "*" (it was not); and
--                  "!" if it is polled a last time, and then retired
--  8 att    hash   room → "attempts:due:reason", after a retry or a defer: polls that failed since the last success, when
--                  the first of them was due, and why the last failed; the reason begins with GONE_ONCE if the last
--                  poll found the room gone, and the next one is to confirm it
--  9 again  set    rooms that were pushed while leased
-- 10 dead   zset   room, or "?" and a hash for an entry that names no room → when it died
-- 11 info   hash   members of dead and retired → JSON: reason, at, attempts, definition or raw
-- 12 st     hash   counters; and recurring, the number of definitions with an interval
-- 13 ctl    hash   token (the last fence; the name is older than the word), minute (since 1970) of the last settlement,
--                  settled in it, settled_before: in the minute before it, source (the gateway whose rooms these are),
--                  profile (the same, a line break, and the name of the gateway's profile), format (the highest
--                  FORMAT of a worker; a script of a lower one does nothing, and answers NEWERQUEUE), now
--                  (the time, every second or so), back and correcting (see clock.lua); what gate/gate.lua holds now was
--                  here once
-- 14 wrk    zset   worker → last seen
-- 15 born   hash   worker → first seen
-- 16 lag    list   how late the last LAGS_KEPT leases were, in ms; the newest first
-- 17 gave   hash   worker → "number:room room …": its last call for leases, and the rooms it got
-- 18 took   hash   worker → "number:answers": its last call that settled
-- 19 retired zset  room that recurred until the gateway no longer knew it → when; info has the reason
-- 20 pace   hash   room that adapts → its interval at present, in multiples of `every`, if that is more than one
-- 21 failing zset  recurring room that has failed as often as a room may → when the first failed poll was due; it is
--                  ready, scheduled or leased like any other
-- 22 note   hash   anchor → what is known of it, as the worker that looked it up last has noted it; JSON
-- 23 seen   zset   anchor → 1 if the last look found them live, 0 if offline; not here if it said nothing
-- 24 bell   a channel, not a key: a message when rooms became ready, or may be leased again, other than by time
--
-- A worker numbers its calls that lease, and those that settle, each from 1. That makes it harmless to lose an answer:
-- the next call for leases gives back the rooms of the last, and a repeated settlement gets the same answers again.
--
-- ARGV[1] is the operation:
--  push   "room:every:every_max:priority:anchor"*          → how many of the rooms were new
--  restore "room:every:every_max:priority:anchor:delay"*   → how many of the recurring rooms were new; these are
--                                                             scheduled, as rooms that were polled before
--  lease  worker, n, ttl, attempts, number, heard,
--         state, gate_wait, permits, most, source, batch,
--         profile                                          → {wait, state, pending, vanished, unreadable, kind, holder,
--                                                             now, back,
--                                                             "room:fence:due:attempt:gone_once:definition"*}
--         number: of this call; heard: of the last call whose answer arrived; both are 0 for a worker that does not
--         count; wait: ms until something may change; pending: rooms that are not dead or retired;
--         state: run, or what keeps ready rooms from being leased: foreign (the queue is another gateway's) | stopped |
--         paused | held | full | rate; the four arguments after heard are what the gate answered (gate/gate.lua), and how
--         many rooms of this queue may be leased at a time, empty for any number; source: the worker's gateway, or empty;
--         profile: its profile, or empty;
--         batch: how many go in one call to the gateway; the last call is filled with what is due next;
--         vanished: rooms that died in this call, because their workers vanished; unreadable: entries that became dead
--         letters in this call; kind: the inbox's type before it, as TYPE names it; holder: whose the queue is, if it is
--         foreign, and on a second line its profile, if only that differs; back: by how many ms the clock was found to have run back
--  follow "room:every:every_max:priority:anchor"*          → for each, 1: an anchor is live in it, and it is ready now;
--                                                             0: it was polled already, and goes on
--  conclude room*                                          → for each, 1: it is polled a last time, and then retired;
--                                                             0: it was not polled
--  note   (anchor, fence, note)*                           → for each, 1, or 0: the lease was lost
--  bury   (entry, reason)*                                 → 1: the entries name nothing, and become dead letters
--  leave  worker                                           → 1: the worker has ended, and counts as gone
--  claim  source, force, profile                           → whose the queue is now: the source's, if it was nobody's or
--                                                             it has no rooms and no workers, or if force is not empty;
--                                                             otherwise as holder, for lease. If only the profile
--                                                             differs, its rooms do not matter
--  holder source, profile                                  → as holder, for lease; empty if the source may claim it
--  settle attempts, worker, number,
--         (room, fence, outcome, delay, reason)*           → for each, 0: the lease was lost and nothing changed,
--                                                             1: settled, 2: the room died, 3: it was retired,
--                                                             4: it recurs, and is failing from now on
--         number: as for lease; outcome: done | unchanged (done, and its list was the same as before) | retry |
--         defer (counts no attempt) | release | dead (retires a room that recurs and was polled before)
--  renew  ttl, (room, fence)*                              → 1 or 0 for each
--  remove room*                                            → for each, 1: removed from wherever it was, 0: not known
--  retry  room*                                            → for each, 1: was dead or retired and is ready, 0: was not
--  drain  n                                                → {rooms, entries}: removes all entries, and up to n rooms
--                                                             of each of ready and sched; call until rooms is 0
--  now                                                     → ms since 1970
--  depth                                                   → {inbox, ready, sched, lease, dead, recurring, retired, failing}
--
-- Constants that this script does not define come from rankcrawler/queue/limits.py.

local INBOX, INTAKE, SCHED, READY, LEASE, OWN, DEF, ATT, AGAIN, DEAD, INFO, ST, CTL, WRK, BORN, LAG, GAVE, TOOK,
  RETIRED, PACE, FAILING, NOTE, SEEN, BELL = unpack(KEYS)
local INGEST, REAP, PROMOTE, FORGET = 256, 64, 256, 64 -- at most so many in one call
local FORMAT = 1 -- how keys are written: a version whose keys an earlier one could not read has a higher number
local ENDING = '!' -- of a definition: see def
local FULL_WAIT, DAY, RETIRED_KEPT, LONGEST_NOTE = 200, 86400000, 100000, 240
local call = redis.call

local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2]) -- fences begin with it

local function whole(number) return string.format('%.0f', number) end
local function precise(number) return string.format('%.3f', number) end

-- Written at the end, once for each counter.
local counted = {}
local function count(what, n) counted[what] = (counted[what] or 0) + (n or 1) end

-- Wakes every waiting worker. On servers that forbid messages, workers notice within seconds by themselves.
local function ring() redis.pcall('PUBLISH', BELL, '') end
