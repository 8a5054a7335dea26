-- Corrects what a clock that ran ahead has left behind: rooms are due too late, and leases and holds end too late.
--
-- When time is found to have run back, `back` in ctl is by how much at most, and the next calls for leases look through
-- the queue, SCAN members at a time; `correcting` is where they are.

local SLACK, SCAN = 1000, 5000

-- Every operation of workers and producers that writes times runs this first.
local function note_clock()
  local last = tonumber(call('HGET', CTL, 'now') or '')
  if last and now < last - SLACK then
    local back = tonumber(call('HGET', CTL, 'back') or '0') + last + SLACK - now
    call('HSET', CTL, 'now', whole(now), 'back', whole(back), 'correcting', '0')
  elseif not last or now > last + SLACK then
    call('HSET', CTL, 'now', whole(now))
  end
end

-- When a scheduled room should be due. Without a failed poll, that is at most an interval from now.
local function corrected_due(room, due, back)
  if due <= now then return due end
  local interval = definition(room).every * tonumber(call('HGET', PACE, room) or '1')
  if due <= now + interval then return due end
  local earlier = math.max(due - back, now)
  if call('HEXISTS', ATT, room) == 1 then return earlier end
  return math.min(earlier, now + interval)
end

local function corrected_turn(room, score, back)
  local head_start = definition(room).priority * HEAD_START_MS
  local due = score + head_start
  return (due > now and math.min(due - back, now) or due) - head_start
end

local function corrected_death(_, died, back) return died > now and math.min(died - back, now) or died end

local CORRECTED = {{SCHED, corrected_due}, {READY, corrected_turn}, {DEAD, corrected_death}, {RETIRED, corrected_death}}

local function correct_some(key, corrected, cursor, back)
  local scan = call('ZSCAN', key, cursor, 'COUNT', SCAN)
  for i = 1, #scan[2], 2 do
    local member, score = scan[2][i], tonumber(scan[2][i + 1])
    local better = corrected(member, score, back)
    if better ~= score then call('ZADD', key, precise(better), member) end
  end
  return scan[1], #scan[2] / 2
end

-- Leases, workers and gates, which are few.
local function correct_leases(ttl, back)
  for _, room in ipairs(call('ZRANGEBYSCORE', LEASE, whole(now + ttl), '+inf')) do
    call('ZADD', LEASE, whole(now + ttl), room)
  end
  for _, worker in ipairs(call('ZRANGEBYSCORE', WRK, whole(now), '+inf')) do
    call('ZADD', WRK, whole(now), worker)
    call('HSET', BORN, worker, whole(now))
  end
  local hold = tonumber(call('HGET', CTL, 'hold_until') or '0')
  if hold > now then call('HSET', CTL, 'hold_until', whole(math.max(hold - back, now))) end
  call('HDEL', CTL, 'tat')
end

-- Corrects a portion. Returns by how much the clock went back, once for each time, and whether there is more to do.
local function correct_times(ttl)
  local back, place = unpack(call('HMGET', CTL, 'back', 'correcting'))
  if not back then return 0, false end
  local which, cursor = string.match(place, '^(%d+):?(%d*)$')
  if place == '0' then
    correct_leases(ttl, tonumber(back))
    which, cursor = 1, '0'
  end
  which = tonumber(which)
  local left = SCAN
  while left > 0 and CORRECTED[which] do
    local key, corrected = unpack(CORRECTED[which])
    local seen_some
    cursor, seen_some = correct_some(key, corrected, cursor, tonumber(back))
    left = left - math.max(seen_some, 1)
    if cursor == '0' then which = which + 1 end
  end
  if CORRECTED[which] then
    call('HSET', CTL, 'correcting', whole(which) .. ':' .. cursor)
  else
    call('HDEL', CTL, 'back', 'correcting')
  end
  return place == '0' and tonumber(back) or 0, CORRECTED[which] ~= nil
end
