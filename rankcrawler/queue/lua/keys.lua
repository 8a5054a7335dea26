-- The room queue. One operation a call; all times are the server's own, in milliseconds.
--
-- A room is in exactly one of: ready, sched, lease, dead, retired. (Not yet a room: an entry of inbox or intake.)
--
-- KEYS
--  1 inbox  list, set or zset (highest score first): raw jobs as people push them (ranklist:start_urls)
--  2 intake list   raw jobs that a waiting worker was woken by
--  3 sched  zset   room → when it is due
--  4 ready  zset   room → due − priority × 60000: a head start, so that nothing starves
--  5 lease  zset   room → when its lease expires
--  6 own    hash   room → "token:due:worker" of its lease
--  7 def    hash   room → "every:priority:anchor", where one of them is given; then ":every_max" where it adapts, and
--                  "*" or "=" where it recurs and was polled since it was pushed: "=" if its list was as before
--  8 att    hash   room → "attempts:due:reason", after a retry or a defer: polls that failed since the last success, and when
--                  the first of them was due
--  9 again  set    rooms that were pushed while leased
-- 10 dead   zset   room, or "?" and a hash for what is no room → when it died
-- 11 info   hash   the same → JSON: reason, at, attempts, definition or raw
-- 12 st     hash   counters; and recurring, the number of definitions with an interval
-- 13 ctl    hash   token (the last given), stopped (why), paused, hold_until, max_inflight,
--                  rate (leases a second), burst, tat (µs: when the bucket of the rate is full again),
--                  minute (since 1970) of the last settlement, settled in it, settled_before: in the minute before it
-- 14 wrk    zset   worker → last seen
-- 15 born   hash   worker → first seen
-- 16 lag    list   how late the last 1,000 leases were, in ms; the newest first
-- 17 gave   hash   worker → "number:room room …": its last call for leases, and what it was given
-- 18 took   hash   worker → "number:answers": its last call that settled
-- 19 retired zset  room that recurred until the gateway knew it no more → when; info has its reason
-- 20 pace   hash   room that adapts → how many times `every` lies between its polls now, where that is more than one
-- 21 bell   no key but a channel: a message when rooms became ready, or may be leased again, other than by time
--
-- A worker numbers its calls that lease, and those that settle, each from 1. So a call whose answer was lost on its
-- way does no harm: what it leased is released by the next, and what it settled is answered again.
--
-- ARGV[1] is the operation:
--  push   (room, every, every_max, priority, anchor)*      → how many of the rooms were not known before
--  restore (room, every, every_max, priority, anchor, delay)* → how many of the recurring rooms were not known, and are
--                                                             scheduled now, as rooms that were polled before
--  lease  worker, n, ttl, attempts, number, heard          → {wait, state, pending, vanished, unreadable, kind, reason,
--                                                             "room:token:due:attempt:definition"*}
--         number: of this call, heard: of the last whose answer came; both 0 where nobody counts;
--         wait: ms until something may change; pending: rooms not dead;
--         state: run, or what kept rooms that are ready from being leased: stopped | paused | held | full | rate;
--         reason: why it is stopped;
--         vanished: rooms that this call buried since worker after worker died with them;
--         unreadable: raw jobs that this call buried; kind: the inbox's type before, in TYPE's words
--  settle attempts, worker, number,
--         (room, token, outcome, delay, reason)*           → each 1: settled, 2: and the room is dead, 3: retired,
--                                                             0: the lease was lost and nothing done
--         number: as for lease; outcome: done | unchanged (done, and its list was the same as before) | retry |
--         defer (no attempt counted) | release | dead (or retired, where it recurs and was polled before)
--  renew  ttl, (room, token)*                              → 1 or 0 each
--  hold   ms                                               → until when no room is leased
--  turn   (knob, value)*                                   → sets knobs of ctl; an empty value takes one away
--  remove room*                                            → each 1: removed, wherever it was, 0: not known
--  retry  room*                                            → each 1: was dead or retired, and is ready, 0: was not
--  drain  n                                                → {rooms, raw}: all raw jobs are removed, and up to n rooms
--                                                             of ready and of sched each; until there are none
--  now                                                     → ms since 1970
--  depth                                                   → {inbox, ready, sched, lease, dead, recurring, retired}

local INBOX, INTAKE, SCHED, READY, LEASE, OWN, DEF, ATT, AGAIN, DEAD, INFO, ST, CTL, WRK, BORN, LAG, GAVE, TOOK,
  RETIRED, PACE, BELL = unpack(KEYS)
local INGEST, REAP, PROMOTE, LONGEST_RAW, HEAD_START = 256, 64, 256, 4096, 60000
local LAGS, FULL_WAIT, DAY, RETIRED_KEPT = 1000, 200, 86400000, 100000
local call = redis.call

local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function whole(number) return string.format('%.0f', number) end

-- Counted in the end, once for each counter.
local counted = {}
local function count(what, n) counted[what] = (counted[what] or 0) + (n or 1) end

-- Wakes every worker that waits. Where the server forbids messages, they look by themselves within seconds.
local function ring() redis.pcall('PUBLISH', BELL, '') end
