-- What keeps ready rooms from being leased, and for how long. The gate of the whole fleet is gate/gate.lua.

-- How many of n ready rooms may be leased, and what keeps the rest; `permits` is how many the gate lets through, and
-- `most` how many may be leased at a time.
local function gate(n, state, permits, most)
  if state ~= 'run' then return 0, state end
  local free = (most or math.huge) - call('ZCARD', LEASE)
  if free < n then n, state = math.max(free, 0), 'full' end
  if permits < n then n, state = permits, 'rate' end
  return n, state
end

local function first_score(key)
  return tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

local function wait(state, gate_wait)
  if state == 'run' and call('ZCARD', READY) + raw_jobs() > 0 then return 0 end
  local soonest = math.min(first_score(SCHED) or math.huge, first_score(LEASE) or math.huge)
  if state == 'held' then soonest = math.min(soonest, now + gate_wait) end
  if state == 'full' then soonest = now + FULL_WAIT end -- no message announces the end of a lease
  if state == 'rate' then soonest = now + gate_wait end
  return math.max(0, math.min(soonest - now, HOUR_MS))
end

local function pending()
  return call('ZCARD', READY) + call('ZCARD', SCHED) + call('ZCARD', LEASE) + raw_jobs()
end

local function forget_workers()
  for _, worker in ipairs(call('ZRANGEBYSCORE', WRK, '-inf', whole(now - DAY), 'LIMIT', 0, FORGET)) do
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
  call('LTRIM', LAG, 0, LAGS_KEPT - 1)
end
