-- The room queue. One operation a call; all times are the server's own, in milliseconds.
--
-- A room is in exactly one of: ready, sched, lease, dead. (Not yet a room: an entry of inbox or intake.)
--
-- KEYS
--  1 inbox  list   raw jobs as people push them (ranklist:start_urls)
--  2 intake list   raw jobs that a waiting worker was woken by
--  3 sched  zset   room → when it is due
--  4 ready  zset   room → due − priority × 60000: a head start, so that nothing starves
--  5 lease  zset   room → when its lease expires
--  6 own    hash   room → "token:due:worker" of its lease
--  7 def    hash   room → "every:priority:anchor", where one of them is given
--  8 att    hash   room → attempts that failed since the last success
--  9 again  set    rooms that were pushed while leased
-- 10 dead   zset   room, or "?" and a hash for what is no room → when it died
-- 11 info   hash   the same → JSON: reason, at, attempts, definition or raw
-- 12 st     hash   counters
-- 13 ctl    hash   token (the last given), paused, hold_until
-- 14 wrk    zset   worker → last seen
--
-- ARGV[1] is the operation:
--  push   (room, every, priority, anchor)*                 → how many of the rooms were not known before
--  lease  worker, n, ttl, attempts                         → {wait, state, pending, vanished, unreadable,
--                                                             (room, token, due, attempt, definition)*}
--         wait: ms until something may change; state: run | paused | held; pending: rooms not dead;
--         vanished: rooms that this call buried since worker after worker died with them;
--         unreadable: raw jobs that this call buried
--  settle attempts, (room, token, outcome, delay, reason)* → each 1: settled, 2: and the room is dead,
--                                                             0: the lease was lost and nothing done
--         outcome: done | retry | defer (no attempt counted) | release | dead
--  renew  ttl, (room, token)*                              → 1 or 0 each
--  hold   ms                                               → until when no room is leased
--  depth                                                   → {inbox, ready, sched, lease, dead, recurring}

local INBOX, INTAKE, SCHED, READY, LEASE, OWN, DEF, ATT, AGAIN, DEAD, INFO, ST, CTL, WRK = unpack(KEYS)
local INGEST, REAP, PROMOTE, LONGEST_RAW, HEAD_START = 256, 64, 256, 4096, 60000
local call = redis.call

local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function whole(number) return string.format('%.0f', number) end
local function count(what, n) call('HINCRBY', ST, what, n or 1) end

local function definition(room)
  local text = call('HGET', DEF, room) or ''
  local every, priority, anchor = string.match(text, '^(%d*):(-?%d*):(%d*)$')
  return tonumber(every or '') or 0, tonumber(priority or '') or 0, anchor or '', text
end

local function make_ready(room, due)
  local _, priority = definition(room)
  call('ZADD', READY, whole(due - priority * HEAD_START), room)
end

-- What a push leaves out stays as it was; every = 0 makes a recurring room a one-shot.
local function define(room, every, priority, anchor)
  if every == '' and priority == '' and anchor == '' then return end
  local old_every, old_priority, old_anchor = definition(room)
  every = every ~= '' and every or whole(old_every)
  priority = priority ~= '' and priority or whole(old_priority)
  anchor = anchor ~= '' and anchor or old_anchor
  if every == '0' and priority == '0' and anchor == '' then
    call('HDEL', DEF, room)
  else
    call('HSET', DEF, room, every .. ':' .. priority .. ':' .. anchor)
  end
end

local function revive(room)
  local definition_then = string.match(call('HGET', INFO, room) or '', '"definition":"([%d:-]*)"')
  if definition_then and definition_then ~= '' then call('HSET', DEF, room, definition_then) end
  call('ZREM', DEAD, room)
  call('HDEL', INFO, room)
end

-- Pushing polls a room now, whatever it waited for; a room that is being polled is polled once more.
local function push(room, every, priority, anchor)
  if call('ZSCORE', LEASE, room) then
    define(room, every, priority, anchor)
    call('SADD', AGAIN, room)
    return 0
  end
  local fresh = 1
  if call('ZSCORE', DEAD, room) then revive(room) end
  if call('ZSCORE', SCHED, room) then fresh = 0 end
  local due, head_start = now, call('ZSCORE', READY, room)
  if head_start then
    local _, old_priority = definition(room)
    due, fresh = tonumber(head_start) + old_priority * HEAD_START, 0
  end
  define(room, every, priority, anchor)
  make_ready(room, due)
  call('ZREM', SCHED, room)
  call('HDEL', ATT, room)
  count('pushed')
  return fresh
end

-- What is written of the dead is JSON made here: cjson would round the numbers.
local function quoted(text)
  local last = 500
  while last > 497 and string.find(text, '^[\128-\191]', last + 1) do last = last - 1 end -- not within a character
  return (cjson.encode(string.sub(text, 1, last)))
end

local function bury(room, reason, attempts)
  local _, _, _, text = definition(room)
  call('HSET', INFO, room, '{"reason":' .. quoted(reason) .. ',"at":' .. whole(now) .. ',"attempts":' ..
    whole(attempts) .. ',"definition":"' .. text .. '"}')
  call('ZADD', DEAD, whole(now), room)
  call('HDEL', DEF, room)
  call('HDEL', ATT, room)
  count('dead')
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
  local priority = json_number(fields['priority'], 1, -1000, 1000)
  if not priority then return nil, 'priority must be a whole number from -1000 to 1000' end
  return {room, every, priority, anchor or ''}
end

local function parse(raw)
  if #raw > LONGEST_RAW then return nil, 'longer than 4096 bytes' end
  local room = identifier(raw)
  if room then return {room, '', '', ''} end
  if string.match(raw, '^%s*{') then return parse_json(raw) end
  if string.match(raw, '^%s*https?://') then
    room = identifier(string.match(raw, '[?&]room_id=([^&#]*)'))
    if room then return {room, '', '', identifier(string.match(raw, '[?&]anchor_id=([^&#]*)')) or ''} end
  end
  return nil, 'expected a room id, a JSON object with "room_id", or a gateway URL with room_id='
end

local function ingest(list)
  local raws, unreadable = call('LRANGE', list, -INGEST, -1), 0
  for i = #raws, 1, -1 do
    local good, job, reason = pcall(parse, raws[i])
    if good and job then
      push(unpack(job))
    else
      bury_raw(raws[i], good and reason or 'cannot be read')
      unreadable = unreadable + 1
    end
  end
  if #raws > 0 then call('LTRIM', list, 0, -#raws - 1) end
  return unreadable
end

-- A lease ends: its room's next state is written before the lease is dropped.

local function drop(room)
  call('HDEL', OWN, room)
  call('ZREM', LEASE, room)
end

-- Whether the room was pushed while leased: then it begins anew, and its next poll is the one asked for.
local function pushed_again(room)
  if call('SREM', AGAIN, room) == 0 then return false end
  call('HDEL', ATT, room)
  return true
end

local function fail(room, attempts_allowed, delay, reason)
  local again = pushed_again(room)
  local attempts = tonumber(call('HGET', ATT, room) or '0') + 1
  if attempts >= attempts_allowed and not again then
    bury(room, reason, attempts)
    return 2
  end
  call('HSET', ATT, room, attempts)
  call('ZADD', SCHED, whole(now + delay), room)
  return 1
end

local function reap(attempts_allowed)
  local buried = 0
  for _, room in ipairs(call('ZRANGEBYSCORE', LEASE, '-inf', whole(now), 'LIMIT', 0, REAP)) do
    if fail(room, attempts_allowed, 0, 'its worker vanished') == 2 then buried = buried + 1 end
    drop(room)
    count('expired')
  end
  return buried
end

local function promote()
  local due = call('ZRANGEBYSCORE', SCHED, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, PROMOTE)
  for i = 1, #due, 2 do
    make_ready(due[i], tonumber(due[i + 1]))
    call('ZREM', SCHED, due[i])
  end
end

local function gate()
  if call('HGET', CTL, 'paused') == '1' then return 'paused' end
  if tonumber(call('HGET', CTL, 'hold_until') or '0') > now then return 'held' end
  return 'run'
end

local function first_score(key)
  return tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

local function wait(state)
  if state == 'run' and call('ZCARD', READY) + call('LLEN', INBOX) + call('LLEN', INTAKE) > 0 then return 0 end
  local soonest = math.min(first_score(SCHED) or math.huge, first_score(LEASE) or math.huge)
  if state == 'held' then soonest = math.min(soonest, tonumber(call('HGET', CTL, 'hold_until'))) end
  return math.max(0, math.min(soonest - now, 3600000))
end

local function pending()
  return call('ZCARD', READY) + call('ZCARD', SCHED) + call('ZCARD', LEASE) + call('LLEN', INBOX) + call('LLEN', INTAKE)
end

local operations = {}

function operations.push(args)
  local fresh = 0
  for i = 1, #args, 4 do fresh = fresh + push(args[i], args[i + 1], args[i + 2], args[i + 3]) end
  return fresh
end

function operations.lease(args)
  local worker, n, ttl, attempts_allowed = args[1], math.min(tonumber(args[2]), 500), tonumber(args[3]), tonumber(args[4])
  local unreadable = ingest(INTAKE) + ingest(INBOX)
  local vanished = reap(attempts_allowed)
  promote()
  call('ZADD', WRK, whole(now), worker)
  local state = gate()
  local leased = {}
  if state == 'run' and n > 0 then
    local rooms = call('ZRANGE', READY, 0, n - 1, 'WITHSCORES')
    local token = math.max(tonumber(call('HGET', CTL, 'token') or '0') + 1, now_us)
    for i = 1, #rooms, 2 do
      local room = rooms[i]
      local _, priority, _, text = definition(room)
      local due = tonumber(rooms[i + 1]) + priority * HEAD_START
      call('HSET', OWN, room, whole(token) .. ':' .. whole(due) .. ':' .. worker)
      call('ZADD', LEASE, whole(now + ttl), room)
      call('ZREM', READY, room)
      local attempt = tonumber(call('HGET', ATT, room) or '0') + 1
      for _, value in ipairs({room, whole(token), whole(due), attempt, text}) do leased[#leased + 1] = value end
      token = token + 1
    end
    if #rooms > 0 then call('HSET', CTL, 'token', whole(token)) end
  end
  local answer = {whole(wait(state)), state, pending(), vanished, unreadable}
  for _, value in ipairs(leased) do answer[#answer + 1] = value end
  return answer
end

local function finish(room, due)
  local every = definition(room)
  call('HDEL', ATT, room)
  if pushed_again(room) then
    make_ready(room, now)
  elseif every > 0 then
    local ticks = math.max(1, math.floor((now - due) / every) + 1)
    if ticks > 1 then count('missed', ticks - 1) end
    call('ZADD', SCHED, whole(due + ticks * every), room)
  else
    call('HDEL', DEF, room)
  end
end

local outcomes = {}
function outcomes.done(room, due) finish(room, due) end
function outcomes.retry(room, _, delay, reason, attempts_allowed) return fail(room, attempts_allowed, delay, reason) end
function outcomes.defer(room, _, delay)
  pushed_again(room)
  call('ZADD', SCHED, whole(now + delay), room)
end
function outcomes.release(room, due)
  pushed_again(room)
  make_ready(room, due)
end
function outcomes.dead(room, _, _, reason)
  if pushed_again(room) then
    make_ready(room, now)
  else
    bury(room, reason, tonumber(call('HGET', ATT, room) or '0') + 1)
    return 2
  end
end

local function holds(room, token)
  local own = call('HGET', OWN, room)
  if not own then return end
  local given, due = string.match(own, '^(%d+):(-?%d+):')
  if given == token then return tonumber(due) end
end

function operations.settle(args)
  local attempts_allowed, settled = tonumber(args[1]), {}
  for i = 2, #args, 5 do
    local room, token, outcome, delay, reason = args[i], args[i + 1], args[i + 2], tonumber(args[i + 3]), args[i + 4]
    local due, answer = holds(room, token), 0
    if due then
      answer = outcomes[outcome](room, due, delay, reason, attempts_allowed) or 1
      drop(room)
      count(outcome)
    end
    settled[#settled + 1] = answer
  end
  return settled
end

function operations.renew(args)
  local renewed = {}
  for i = 2, #args, 2 do
    local mine = holds(args[i], args[i + 1])
    if mine then call('ZADD', LEASE, whole(now + tonumber(args[1])), args[i]) end
    renewed[#renewed + 1] = mine and 1 or 0
  end
  return renewed
end

function operations.hold(args)
  local till = math.max(tonumber(call('HGET', CTL, 'hold_until') or '0'), now + tonumber(args[1]))
  call('HSET', CTL, 'hold_until', whole(till))
  return whole(till)
end

function operations.depth()
  local recurring = 0
  for _, text in ipairs(call('HVALS', DEF)) do
    if not string.match(text, '^0?:') then recurring = recurring + 1 end
  end
  return {call('LLEN', INBOX) + call('LLEN', INTAKE), call('ZCARD', READY), call('ZCARD', SCHED),
    call('ZCARD', LEASE), call('ZCARD', DEAD), recurring}
end

local args = {}
for i = 2, #ARGV do args[i - 1] = ARGV[i] end
return operations[ARGV[1]](args)
