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
--                  "*" where it recurs and was polled since it was pushed
--  8 att    hash   room → "attempts:due", after a retry or a defer: polls that failed since the last success, and when
--                  the first of them was due
--  9 again  set    rooms that were pushed while leased
-- 10 dead   zset   room, or "?" and a hash for what is no room → when it died
-- 11 info   hash   the same → JSON: reason, at, attempts, definition or raw
-- 12 st     hash   counters; and recurring, the number of definitions with an interval
-- 13 ctl    hash   token (the last given), stopped (why), paused, hold_until, max_inflight,
--                  rate (leases a second), burst, tat (µs: when the bucket of the rate is full again)
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

-- A definition: what it says, as numbers where they are; and its text.

local function read_definition(text)
  local every, priority, anchor, every_max, polled = string.match(text or '', '^(%d*):(-?%d*):(%d*):?(%d*)(%*?)$')
  return {
    every = tonumber(every or '') or 0, every_max = tonumber(every_max or '') or 0,
    priority = tonumber(priority or '') or 0, anchor = anchor or '', polled = polled == '*', text = text or '',
  }
end

local function definition(room) return read_definition(call('HGET', DEF, room) or '') end

local function written(def)
  if def.every == 0 and def.priority == 0 and def.anchor == '' then return '' end
  local text = whole(def.every) .. ':' .. whole(def.priority) .. ':' .. def.anchor
  if def.every_max > def.every and def.every > 0 then text = text .. ':' .. whole(def.every_max) end
  if def.polled and def.every > 0 then text = text .. '*' end
  return text
end

local function recurs(def) return def.every > 0 and 1 or 0 end

-- The one way to change what is defined of a room: it keeps count of those that recur.
local function set_definition(room, old, new)
  local text = written(new)
  if text == old.text then return end
  if text == '' then call('HDEL', DEF, room) else call('HSET', DEF, room, text) end
  if old.every_max > 0 and (old.every ~= new.every or old.every_max ~= new.every_max) then call('HDEL', PACE, room) end
  if recurs(new) ~= recurs(old) then count('recurring', recurs(new) - recurs(old)) end
end

local function undefine(room) set_definition(room, definition(room), read_definition('')) end

-- What a push leaves out stays as it was; every = 0 makes a recurring room a one-shot, every_max = 0 ends adapting.
-- Returns the room's priority.
local function define(room, every, every_max, priority, anchor)
  local old = definition(room)
  set_definition(room, old, {
    every = tonumber(every) or old.every, every_max = tonumber(every_max) or old.every_max,
    priority = tonumber(priority) or old.priority, anchor = anchor ~= '' and anchor or old.anchor, polled = old.polled,
  })
  return tonumber(priority) or old.priority
end

local readied = false
local function make_ready(room, due, priority)
  readied = true
  call('ZADD', READY, whole(due - (priority or definition(room).priority) * HEAD_START), room)
end

local function revive(room, info)
  local then_defined = read_definition(string.match(info, '"definition":"([%d:-]*)%*?"'))
  then_defined.text = ''
  set_definition(room, read_definition(''), then_defined)
  call('ZREM', DEAD, room)
  call('ZREM', RETIRED, room)
  call('HDEL', INFO, room)
end

-- Pushing polls a room now, whatever it waited for; a room that is being polled is polled once more.
local function push(room, every, every_max, priority, anchor)
  if call('ZSCORE', LEASE, room) then
    define(room, every, every_max, priority, anchor)
    call('SADD', AGAIN, room)
    return 0
  end
  local info, head_start, fresh, due = call('HGET', INFO, room), call('ZSCORE', READY, room), 1, now
  if info then revive(room, info) end
  if call('ZREM', SCHED, room) == 1 then fresh = 0 end
  if head_start then
    fresh, due = 0, tonumber(head_start) + definition(room).priority * HEAD_START
  end
  make_ready(room, due, define(room, every, every_max, priority, anchor))
  call('HDEL', ATT, room)
  count('pushed')
  return fresh
end

local function is_known(room)
  for _, key in ipairs({SCHED, READY, LEASE}) do
    if call('ZSCORE', key, room) then return true end
  end
  return call('HEXISTS', INFO, room) == 1
end

local function restore(room, every, every_max, priority, anchor, delay)
  if is_known(room) then return 0 end
  define(room, every, every_max, priority, anchor)
  local def = definition(room)
  def.polled = true
  call('HSET', DEF, room, written(def))
  call('ZADD', SCHED, whole(now + tonumber(delay)), room)
  count('restored')
  return 1
end

-- What is written of the dead is JSON made here: cjson would round the numbers.
local function quoted(text)
  local last = 500
  while last > 497 and string.find(text, '^[\128-\191]', last + 1) do last = last - 1 end -- not within a character
  return (cjson.encode(string.sub(text, 1, last)))
end

-- A room leaves for good, to the dead or to the retired; a push brings it back.
local function bury(room, reason, attempts, where, as)
  call('HSET', INFO, room, '{"reason":' .. quoted(reason) .. ',"at":' .. whole(now) .. ',"attempts":' ..
    whole(attempts) .. ',"definition":"' .. definition(room).text .. '"}')
  call('ZADD', where or DEAD, whole(now), room)
  undefine(room)
  call('HDEL', ATT, room)
  count(as or 'dead')
end

-- Rooms that end are nobody's fault, and many: the oldest are forgotten.
local function retire(room, reason, attempts)
  bury(room, reason, attempts, RETIRED, 'retired')
  if call('ZCARD', RETIRED) > RETIRED_KEPT then call('HDEL', INFO, call('ZPOPMIN', RETIRED)[1]) end
end

local function bury_raw(raw, reason)
  local name = '?' .. redis.sha1hex(raw)
  call('HSET', INFO, name, '{"reason":' .. quoted(reason) .. ',"at":' .. whole(now) .. ',"raw":' .. quoted(raw) .. '}')
  call('ZADD', DEAD, whole(now), name)
  count('unreadable')
end

-- Reading what people push. An id has more digits than a Lua number holds, so it is cut out as text.

local function identifier(text)
  local digits = string.match(text or '', '^%s*0*([1-9]%d*)%s*$')
  if digits and (#digits < 19 or (#digits == 19 and digits <= '9223372036854775807')) then return digits end
end

local function json_identifier(raw, fields, name)
  local value = fields[name]
  if value == nil or value == cjson.null or value == '' then return nil end
  if type(value) == 'string' then return identifier(value) or false end
  if type(value) ~= 'number' then return false end
  local found
  for digits in string.gmatch(raw, '"' .. name .. '"%s*:%s*(%d+)%f[^%d.eE+-]') do
    if tonumber(digits) == value then
      if found and found ~= digits then return false end
      found = digits
    end
  end
  return found and identifier(found) or false
end

local function json_number(value, factor, low, high)
  if value == nil or value == cjson.null or value == '' then return '' end
  local number = tonumber(value)
  if not number or type(value) == 'boolean' then return nil end
  number = number * factor
  if number ~= number or number < low or number > high then return nil end
  if factor == 1 and number % 1 ~= 0 then return nil end
  return whole(number)
end

local function parse_json(raw)
  local good, fields = pcall(cjson.decode, raw)
  if not good or type(fields) ~= 'table' then return nil, 'broken JSON' end
  local room = json_identifier(raw, fields, 'room_id')
  if not room then return nil, 'room_id must be a whole number of 1 to 19 digits' end
  local anchor = json_identifier(raw, fields, 'anchor_id')
  if anchor == false then return nil, 'anchor_id must be a whole number of 1 to 19 digits' end
  local every = json_number(fields['every'], 1000, 100, 2592000000)
  if not every then return nil, 'every must be seconds between 0.1 and 2592000' end
  local every_max = json_number(fields['every_max'], 1000, 100, 2592000000)
  if not every_max then return nil, 'every_max must be seconds between 0.1 and 2592000' end
  if (tonumber(every_max) or math.huge) < (tonumber(every) or 0) then return nil, 'every_max must be at least every' end
  local priority = json_number(fields['priority'], 1, -1000, 1000)
  if not priority then return nil, 'priority must be a whole number from -1000 to 1000' end
  return {room, every, every_max, priority, anchor or ''}
end

local function parse(raw)
  if #raw > LONGEST_RAW then return nil, 'longer than 4096 bytes' end
  local room = identifier(raw)
  if room then return {room, '', '', '', ''} end
  if string.match(raw, '^%s*{') then return parse_json(raw) end
  if string.match(raw, '^%s*https?://') then
    room = identifier(string.match(raw, '[?&]room_id=([^&#]*)'))
    if room then return {room, '', '', '', identifier(string.match(raw, '[?&]anchor_id=([^&#]*)')) or ''} end
  end
  return nil, 'expected a room id, a JSON object with "room_id", or a gateway URL with room_id='
end

-- The kinds of inbox: how many entries one has, the INGEST that come next (the last first), and their end.
-- A key of another type is no inbox: it is let alone.
local kinds = {
  list = {
    size = function(key) return call('LLEN', key) end,
    next = function(key) return call('LRANGE', key, -INGEST, -1) end,
    remove = function(key, raws) call('LTRIM', key, 0, -#raws - 1) end,
  },
  set = {
    size = function(key) return call('SCARD', key) end,
    next = function(key) return call('SRANDMEMBER', key, INGEST) end,
    remove = function(key, raws) call('SREM', key, unpack(raws)) end,
  },
  zset = {
    size = function(key) return call('ZCARD', key) end,
    next = function(key) return call('ZRANGE', key, -INGEST, -1) end,
    remove = function(key, raws) call('ZREMRANGEBYRANK', key, -#raws, -1) end,
  },
}

local function kind_of(key) return call('TYPE', key).ok end

local function size(key)
  local kind = kinds[kind_of(key)]
  return kind and kind.size(key) or 0
end

local function raw_jobs() return size(INBOX) + size(INTAKE) end

local function ingest(key)
  local kind, unreadable = kinds[kind_of(key)], 0
  if not kind then return 0, 0 end
  local raws = kind.next(key)
  for i = #raws, 1, -1 do
    local good, job, reason = pcall(parse, raws[i])
    if good and job then
      push(unpack(job))
    else
      bury_raw(raws[i], good and reason or 'cannot be read')
      unreadable = unreadable + 1
    end
  end
  kind.remove(key, raws)
  return unreadable, #raws - unreadable
end

-- Leases end: the next state of their rooms is written before.
local function drop(rooms)
  if #rooms == 0 then return end
  call('HDEL', OWN, unpack(rooms))
  call('ZREM', LEASE, unpack(rooms))
end

-- Whether the room was pushed while leased: then it begins anew, and its next poll is the one asked for.
local function pushed_again(room)
  if call('SREM', AGAIN, room) == 0 then return false end
  call('HDEL', ATT, room)
  return true
end

-- How often a room's poll has failed, and when the first of these polls was due: that keeps the phase.
local function history(room, due)
  local attempts, first_due = string.match(call('HGET', ATT, room) or '', '^(%d+):(%-?%d+)$')
  return tonumber(attempts or '') or 0, tonumber(first_due or '') or due
end

local function postpone(room, attempts, first_due, delay)
  call('HSET', ATT, room, whole(attempts) .. ':' .. whole(first_due))
  call('ZADD', SCHED, whole(now + delay), room)
end

local function fail(room, due, attempts_allowed, delay, reason)
  local again = pushed_again(room)
  local attempts, first_due = history(room, due)
  if attempts + 1 >= attempts_allowed and not again then
    bury(room, reason, attempts + 1)
    return 2
  end
  postpone(room, attempts + 1, first_due, delay)
  return 1
end

-- Token, due and worker of a room's lease.
local function owner(room)
  local token, due, worker = string.match(call('HGET', OWN, room) or '', '^(%d+):(%-?%d+):(.*)$')
  return token, tonumber(due or ''), worker
end

local function reap(attempts_allowed)
  local expired, buried = call('ZRANGEBYSCORE', LEASE, '-inf', whole(now), 'LIMIT', 0, REAP), 0
  for _, room in ipairs(expired) do
    local _, due = owner(room)
    if fail(room, due or now, attempts_allowed, 0, 'its worker vanished') == 2 then buried = buried + 1 end
    count('expired')
  end
  drop(expired)
  return buried
end

local function promote()
  local due = call('ZRANGEBYSCORE', SCHED, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, PROMOTE)
  if #due == 0 then return end
  local rooms, scores = {}, {}
  for i = 1, #due, 2 do rooms[#rooms + 1] = due[i] end
  for i, text in ipairs(call('HMGET', DEF, unpack(rooms))) do
    scores[2 * i - 1] = whole(tonumber(due[2 * i]) - read_definition(text or '').priority * HEAD_START)
    scores[2 * i] = rooms[i]
  end
  call('ZADD', READY, unpack(scores))
  call('ZREMRANGEBYRANK', SCHED, 0, #rooms - 1)
end

-- The gates. The rate is a bucket of `burst` tokens, a lease takes one, and `rate` come in a second (GCRA: the bucket
-- is its `tat`, the time at which it is full again).

local function knobs()
  local values = call('HMGET', CTL, 'paused', 'hold_until', 'max_inflight', 'rate', 'burst', 'tat', 'stopped')
  local rate = tonumber(values[4] or '')
  return {
    stopped = values[7],
    paused = values[1] == '1',
    hold_until = tonumber(values[2] or '') or 0,
    max_inflight = tonumber(values[3] or ''),
    token_us = rate and 1000000 / rate,
    burst = tonumber(values[5] or '') or 1,
    tat = math.max(tonumber(values[6] or '') or 0, now_us),
  }
end

local function tokens(ctl)
  return math.max(math.floor(ctl.burst - (ctl.tat - now_us) / ctl.token_us + 1e-6), 0)
end

local function take_tokens(ctl, n)
  if not ctl.token_us or n == 0 then return end
  ctl.tat = ctl.tat + n * ctl.token_us
  call('HSET', CTL, 'tat', whole(ctl.tat))
end

local function next_token(ctl)
  return now + math.ceil((ctl.tat + (1 - ctl.burst) * ctl.token_us - now_us) / 1000)
end

-- How many of n rooms that are ready may be leased, and what keeps the others.
local function gate(ctl, n)
  if ctl.stopped then return 0, 'stopped' end
  if ctl.paused then return 0, 'paused' end
  if ctl.hold_until > now then return 0, 'held' end
  local state, free = 'run', (ctl.max_inflight or math.huge) - call('ZCARD', LEASE)
  if free < n then n, state = math.max(free, 0), 'full' end
  local left = ctl.token_us and tokens(ctl) or math.huge
  if left < n then n, state = left, 'rate' end
  return n, state
end

local function first_score(key)
  return tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

local function wait(state, ctl)
  if state == 'run' and call('ZCARD', READY) + raw_jobs() > 0 then return 0 end
  local soonest = math.min(first_score(SCHED) or math.huge, first_score(LEASE) or math.huge)
  if state == 'held' then soonest = math.min(soonest, ctl.hold_until) end
  if state == 'full' then soonest = now + FULL_WAIT end -- a lease that ends wakes nobody
  if state == 'rate' then soonest = next_token(ctl) end
  return math.max(0, math.min(soonest - now, 3600000))
end

local function pending()
  return call('ZCARD', READY) + call('ZCARD', SCHED) + call('ZCARD', LEASE) + raw_jobs()
end

local function forget_workers()
  for _, worker in ipairs(call('ZRANGEBYSCORE', WRK, '-inf', whole(now - DAY), 'LIMIT', 0, 64)) do
    call('ZREM', WRK, worker)
    for _, key in ipairs({BORN, GAVE, TOOK}) do call('HDEL', key, worker) end
  end
end

local function seen(worker)
  if call('ZADD', WRK, whole(now), worker) == 0 then return end
  call('HSET', BORN, worker, whole(now))
  forget_workers()
end

local function note_lags(lags)
  if #lags == 0 then return end
  call('LPUSH', LAG, unpack(lags))
  call('LTRIM', LAG, 0, LAGS - 1)
end

local operations = {}

function operations.push(args)
  local fresh, was_idle = 0, call('EXISTS', READY) == 0
  for i = 1, #args, 5 do fresh = fresh + push(unpack(args, i, i + 4)) end
  if was_idle then ring() end -- else those who wait are at it, or may not
  return fresh
end

function operations.restore(args)
  local fresh = 0
  for i = 1, #args, 6 do fresh = fresh + restore(unpack(args, i, i + 5)) end
  ring() -- one may be due sooner than anybody looks again
  return fresh
end

-- The first rooms that are ready, leased: "room:token:due:attempt:definition" of each.
local function lend(most, worker, till)
  local first = call('ZRANGE', READY, 0, most - 1, 'WITHSCORES')
  local rooms, owns, expiries, lags, answer = {}, {}, {}, {}, {}
  for i = 1, #first, 2 do rooms[#rooms + 1] = first[i] end
  local token = math.max(tonumber(call('HGET', CTL, 'token') or '0') + 1, now_us)
  local definitions, histories = call('HMGET', DEF, unpack(rooms)), call('HMGET', ATT, unpack(rooms))
  for i, room in ipairs(rooms) do
    local text, due = definitions[i] or '', tonumber(first[2 * i])
    if text ~= '' then due = due + tonumber(string.match(text, ':(-?%d+):')) * HEAD_START end
    local failed = histories[i] and tonumber(string.match(histories[i], '^%d+')) or 0
    local lent = string.format('%.0f:%.0f', token + i - 1, due)
    owns[2 * i - 1], owns[2 * i] = room, lent .. ':' .. worker
    expiries[2 * i - 1], expiries[2 * i] = till, room
    lags[i] = math.max(now - due, 0)
    answer[i] = room .. ':' .. lent .. ':' .. failed + 1 .. ':' .. text
  end
  call('HSET', CTL, 'token', whole(token + #rooms - 1))
  call('HSET', OWN, unpack(owns))
  call('ZADD', LEASE, unpack(expiries))
  call('ZREMRANGEBYRANK', READY, 0, #rooms - 1)
  note_lags(lags)
  return answer
end

-- The worker's last call gave rooms that it never heard of: they are ready as if they had not been leased.
local function take_back(worker, rooms)
  local taken = {}
  for room in string.gmatch(rooms, '%d+') do
    local _, due, holder = owner(room)
    if holder == worker then
      pushed_again(room)
      make_ready(room, due)
      taken[#taken + 1] = room
    end
  end
  drop(taken)
end

-- Whether a call may lease: not where the worker has made a later one, and this one was long on its way.
local function is_current(worker, number, heard)
  if number == 0 then return true end
  local given, rooms = string.match(call('HGET', GAVE, worker) or '0:', '^(%d+):(.*)$')
  if tonumber(given) > number then return false end
  if tonumber(given) > heard then take_back(worker, rooms) end
  return true
end

local function note_given(worker, number, leased)
  if number == 0 then return end
  local rooms = {}
  for i, lease in ipairs(leased) do rooms[i] = string.match(lease, '^%d+') end
  call('HSET', GAVE, worker, whole(number) .. ':' .. table.concat(rooms, ' '))
end

function operations.lease(args)
  local worker, n, ttl = args[1], math.min(tonumber(args[2]), 500), tonumber(args[3])
  local attempts_allowed, number, heard = tonumber(args[4]), tonumber(args[5]), tonumber(args[6])
  local kind, was_idle = kind_of(INBOX), call('EXISTS', READY) == 0
  local unreadable, pushed = ingest(INTAKE)
  local more_unreadable, more_pushed = ingest(INBOX)
  local is_late = not is_current(worker, number, heard)
  local vanished = reap(attempts_allowed)
  promote()
  seen(worker)
  local ctl = knobs()
  local most, state = gate(ctl, is_late and 0 or math.min(n, call('ZCARD', READY)))
  local leased = most > 0 and lend(most, worker, whole(now + ttl)) or {}
  take_tokens(ctl, most)
  if not is_late then note_given(worker, number, leased) end
  local pause = wait(state, ctl)
  if was_idle and pause == 0 and pushed + more_pushed > 0 then ring() end -- they woke one worker: wake the others
  local answer = {whole(pause), state, pending(), vanished, unreadable + more_unreadable, kind, ctl.stopped or ''}
  for _, value in ipairs(leased) do answer[#answer + 1] = value end
  return answer
end

-- A room that adapts is polled more rarely, by and by, while its list stays the same, and more often when it moves.
-- The time between polls is a whole number of `every`: that keeps the phase.
local function interval(room, def, unchanged)
  if def.every_max <= def.every then return def.every end
  local before = tonumber(call('HGET', PACE, room) or '1')
  local pace = math.max(math.floor(before / 2), 1)
  if unchanged then pace = math.min(math.ceil(before * 1.5), math.floor(def.every_max / def.every)) end
  if pace == 1 then call('HDEL', PACE, room) elseif pace ~= before then call('HSET', PACE, room, whole(pace)) end
  return pace * def.every
end

local function schedule_next(room, def, due, unchanged)
  local between = interval(room, def, unchanged)
  local ticks = math.max(1, math.floor((now - due) / between) + 1)
  if ticks > 1 then count('missed', ticks - 1) end
  call('ZADD', SCHED, whole(due + ticks * between), room)
end

local function finish(room, due, unchanged)
  local def = definition(room)
  local _, first_due = history(room, due)
  call('HDEL', ATT, room)
  local again = pushed_again(room)
  if again then make_ready(room, now, def.priority) end
  if def.every > 0 then
    if not def.polled then
      def.polled = true
      call('HSET', DEF, room, written(def))
    end
    if not again then schedule_next(room, def, first_due, unchanged) end
  elseif not again then
    undefine(room)
  end
end

local outcomes = {}
function outcomes.done(room, due) finish(room, due, false) end
function outcomes.unchanged(room, due)
  finish(room, due, true)
  count('done')
end
function outcomes.retry(room, due, delay, reason, attempts_allowed)
  return fail(room, due, attempts_allowed, delay, reason)
end
function outcomes.defer(room, due, delay)
  pushed_again(room)
  local attempts, first_due = history(room, due)
  postpone(room, attempts, first_due, delay)
end
function outcomes.release(room, due)
  pushed_again(room)
  make_ready(room, due)
end
function outcomes.dead(room, _, _, reason)
  if pushed_again(room) then
    make_ready(room, now)
  elseif definition(room).polled then
    retire(room, reason, history(room) + 1)
    return 3
  else
    bury(room, reason, history(room) + 1)
    return 2
  end
end

-- When a room was due, where the lease is still this one.
local function holds(room, token)
  local given, due, worker = owner(room)
  if given == token then return due, worker end
end

-- What the same call was answered before.
local function answered(worker, number)
  local last, answers = string.match(call('HGET', TOOK, worker) or '', '^(%d+):(%d*)$')
  if number == 0 or tonumber(last or '') ~= number then return end
  local settled = {}
  for answer in string.gmatch(answers, '%d') do settled[#settled + 1] = tonumber(answer) end
  return settled
end

local function settle_one(room, token, outcome, delay, reason, attempts_allowed)
  local due = holds(room, token)
  if not due then return 0 end
  local answer = outcomes[outcome](room, due, delay, reason, attempts_allowed) or 1
  if outcome ~= 'dead' then count(outcome) end -- bury counts the dead
  return answer
end

function operations.settle(args)
  local attempts_allowed, worker, number, settled = tonumber(args[1]), args[2], tonumber(args[3]), {}
  local before = answered(worker, number)
  if before then return before end
  local ended, is_ended = {}, {}
  for i = 4, #args, 5 do
    local room, token, outcome, delay, reason = unpack(args, i, i + 4)
    local answer = is_ended[room] and 0 or settle_one(room, token, outcome, tonumber(delay), reason, attempts_allowed)
    if answer > 0 then ended[#ended + 1], is_ended[room] = room, true end
    settled[#settled + 1] = answer
  end
  drop(ended)
  if worker ~= '' then seen(worker) end
  if number > 0 then call('HSET', TOOK, worker, whole(number) .. ':' .. table.concat(settled)) end
  if readied then ring() end -- released, or pushed again meanwhile
  return settled
end

function operations.renew(args)
  local renewed, busy = {}, nil
  for i = 2, #args, 2 do
    local mine, worker = holds(args[i], args[i + 1])
    if mine then
      call('ZADD', LEASE, whole(now + tonumber(args[1])), args[i])
      busy = worker
    end
    renewed[#renewed + 1] = mine and 1 or 0
  end
  if busy then seen(busy) end
  return renewed
end

function operations.hold(args)
  local till = math.max(tonumber(call('HGET', CTL, 'hold_until') or '0'), now + tonumber(args[1]))
  call('HSET', CTL, 'hold_until', whole(till))
  return whole(till)
end

function operations.turn(args)
  for i = 1, #args, 2 do
    if args[i + 1] == '' then call('HDEL', CTL, args[i]) else call('HSET', CTL, args[i], args[i + 1]) end
  end
  ring()
  return 1
end

local function remove(room)
  undefine(room)
  call('HDEL', ATT, room)
  call('SREM', AGAIN, room)
  local found = 0
  for _, key in ipairs({READY, SCHED, DEAD, LEASE, RETIRED}) do found = found + call('ZREM', key, room) end
  call('HDEL', INFO, room)
  call('HDEL', OWN, room)
  return found
end

local function each(rooms, change)
  local answers = {}
  for i, room in ipairs(rooms) do answers[i] = change(room) end
  return answers
end

function operations.remove(rooms) return each(rooms, remove) end

function operations.retry(rooms)
  local answers = each(rooms, function(room)
    if string.sub(room, 1, 1) == '?' or call('HEXISTS', INFO, room) == 0 then return 0 end
    push(room, '', '', '', '')
    return 1
  end)
  ring()
  return answers
end

local function empty(key)
  local entries = size(key)
  if entries > 0 then call('UNLINK', key) end
  return entries
end

function operations.drain(args)
  local removed = 0
  for _, key in ipairs({READY, SCHED}) do
    for _, room in ipairs(call('ZRANGE', key, 0, tonumber(args[1]) - 1)) do removed = removed + remove(room) end
  end
  return {removed, empty(INBOX) + empty(INTAKE)}
end

function operations.now() return whole(now) end

function operations.depth()
  return {raw_jobs(), call('ZCARD', READY), call('ZCARD', SCHED), call('ZCARD', LEASE), call('ZCARD', DEAD),
    tonumber(call('HGET', ST, 'recurring') or '0'), call('ZCARD', RETIRED)}
end

local args = {}
for i = 2, #ARGV do args[i - 1] = ARGV[i] end
local answer = operations[ARGV[1]](args)
for what, n in pairs(counted) do call('HINCRBY', ST, what, n) end
return answer
