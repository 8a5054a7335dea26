-- The gates between ready rooms and leases. The rate limit is a bucket of `burst` permits: each lease takes one, and
-- `rate` permits a second flow back. It is stored as `tat`, the time when the bucket is full again (GCRA).

local function knobs()
  local values = call('HMGET', CTL, 'paused', 'hold_until', 'max_inflight', 'rate', 'burst', 'tat', 'stopped')
  local rate = tonumber(values[4] or '')
  return {
    stopped = values[7],
    paused = values[1] == '1',
    hold_until = tonumber(values[2] or '') or 0,
    max_inflight = tonumber(values[3] or ''),
    permit_us = rate and 1000000 / rate,
    burst = tonumber(values[5] or '') or 1,
    tat = math.max(tonumber(values[6] or '') or 0, now_us),
  }
end

local function permits(ctl)
  return math.max(math.floor(ctl.burst - (ctl.tat - now_us) / ctl.permit_us + 1e-6), 0)
end

local function take_permits(ctl, n)
  if not ctl.permit_us or n == 0 then return end
  ctl.tat = ctl.tat + n * ctl.permit_us
  call('HSET', CTL, 'tat', whole(ctl.tat))
end

local function next_permit(ctl)
  return now + math.ceil((ctl.tat + (1 - ctl.burst) * ctl.permit_us - now_us) / 1000)
end

-- How many of n ready rooms may be leased, and what keeps the rest.
local function gate(ctl, n)
  if ctl.stopped then return 0, 'stopped' end
  if ctl.paused then return 0, 'paused' end
  if ctl.hold_until > now then return 0, 'held' end
  local state, free = 'run', (ctl.max_inflight or math.huge) - call('ZCARD', LEASE)
  if free < n then n, state = math.max(free, 0), 'full' end
  local left = ctl.permit_us and permits(ctl) or math.huge
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
  if state == 'full' then soonest = now + FULL_WAIT end -- no message announces the end of a lease
  if state == 'rate' then soonest = next_permit(ctl) end
  return math.max(0, math.min(soonest - now, LONGEST_WAIT))
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
