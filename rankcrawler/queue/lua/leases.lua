-- Ends leases. Call it after writing the rooms' next state.
local function drop(rooms)
  if #rooms == 0 then return end
  call('HDEL', OWN, unpack(rooms))
  call('ZREM', LEASE, unpack(rooms))
end

-- Whether the room was pushed while leased. If so, its attempts are reset, and its next poll is the one asked for.
local function pushed_again(room)
  if call('SREM', AGAIN, room) == 0 then return false end
  forget_failures(room)
  return true
end

-- How many polls failed since the last success, and when the first of them was due, which keeps the room's phase.
local function history(room, due)
  local attempts, first_due = string.match(call('HGET', ATT, room) or '', '^(%d+):(%-?%d+):')
  return tonumber(attempts or '') or 0, first_due and math.min(tonumber(first_due), now) or due
end

local function postpone(room, attempts, first_due, delay, reason)
  call('HSET', ATT, room, whole(attempts) .. ':' .. whole(first_due) .. ':' .. cut(reason, LONGEST_NOTE))
  call('ZADD', SCHED, whole(now + delay), room)
end

-- Polls a failing room at its interval, then ever more rarely, up to once in HOUR_MS; keeps its phase.
local function fall_back(room, every, attempts, first_due, beyond, reason)
  local ticks = math.min(2 ^ math.min(beyond, 40), math.max(math.floor(HOUR_MS / every), 1))
  local due = first_due + (math.floor((now - first_due) / every) + ticks) * every
  postpone(room, attempts, first_due, due - now, reason)
  return call('ZADD', FAILING, 'NX', whole(first_due), room) == 1
end

-- A room that is polled once dies when its attempts are used up; one that recurs is failing until a poll succeeds, or is
-- retired if it was to be polled a last time.
local function fail(room, due, attempts_allowed, delay, reason)
  local again = pushed_again(room)
  local attempts, first_due = history(room, due)
  attempts = attempts + 1
  if attempts < attempts_allowed or again then
    postpone(room, attempts, first_due, delay, reason)
    return 1
  end
  local def = definition(room)
  if def.polled == ENDING then
    retire(room, reason, attempts)
    return 3
  end
  if def.every == 0 then
    bury(room, reason, attempts)
    return 2
  end
  return fall_back(room, def.every, attempts, first_due, attempts - attempts_allowed, reason) and 4 or 1
end

-- Fence, due and worker of a room's lease. A room that is leased was due: a later time is from a clock that ran ahead.
local function owner(room)
  local fence, due, worker = string.match(call('HGET', OWN, room) or '', '^(%d+):(%-?%d+):(.*)$')
  return fence, due and math.min(tonumber(due), now), worker
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
    scores[2 * i - 1] = whole(tonumber(due[2 * i]) - read_definition(text or '').priority * HEAD_START_MS)
    scores[2 * i] = rooms[i]
  end
  call('ZADD', READY, unpack(scores))
  call('ZREMRANGEBYRANK', SCHED, 0, #rooms - 1)
end

-- Completes the last call's batch with what is due within half an interval: a call for ten costs as much as for one.
local function fill(batch)
  local missing = -call('ZCARD', READY) % batch
  if missing == 0 then return end
  local soon = call('ZRANGE', SCHED, 0, missing - 1, 'WITHSCORES')
  for i = 1, #soon, 2 do
    local anchor, due = soon[i], tonumber(soon[i + 1])
    if due <= now + definition(anchor).every / 2 and call('HEXISTS', ATT, anchor) == 0 then
      call('ZREM', SCHED, anchor)
      make_ready(anchor, due)
    end
  end
end
