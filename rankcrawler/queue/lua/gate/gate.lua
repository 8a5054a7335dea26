-- The gate in front of one gateway: it is common to the queues of all kinds of list, so it has a slot of its own, and a
-- script of its own. All times are the server's, in milliseconds unless stated.
--
-- KEYS
--  1 gate   hash   stopped (why), paused, hold_until, max_inflight, rate (leases a second), burst, tat (µs: when the
--                  bucket of the rate is full again), now (the time, every second or so), and adopted:QUEUE for each
--                  queue whose knobs were taken over; if there is a budget, budget (calls a day), spent (calls of the day),
--                  and day_ends
--  2 bell   a channel, not a key: a message when knobs were turned
--
-- The rate limit is a bucket of `burst` permits: each lease takes one, and `rate` permits a second flow back (GCRA).
--
-- ARGV[1] is the operation:
--  admit     n, budget, day_ends     → {permits, state, wait, limited, max_inflight, reason, spent}: takes up to n permits
--            budget: calls that the worker may make a day, and when its day ends; both are left out without one
--            state: run | stopped | paused | held; wait: ms until a hold ends, or until the next permit flows back;
--            limited: 1 if there is a rate or a budget; max_inflight: empty for any number; reason: why the fleet is stopped;
--            spent: how much of the budget was spent before; the fleet is held once all of it is
--  give_back n                       → returns permits that were not used
--  hold      ms                      → until when no room is leased
--  turn      (knob, value)*          → sets knobs; an empty value removes one
--  adopt     queue, (knob, value)*   → once for each queue, sets knobs that have no value: those of versions in which
--                                      each queue had its own

local GATE, BELL = unpack(KEYS)
local call = redis.call

local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function whole(number) return string.format('%.0f', number) end

local operations = {}

-- Where the clock ran back, a hold ends as far ahead of it as before.
local function note_clock()
  local last = tonumber(call('HGET', GATE, 'now') or '')
  if last and math.abs(now - last) <= 1000 then return end
  if last and now < last then
    local till = tonumber(call('HGET', GATE, 'hold_until') or '0')
    if till > now then call('HSET', GATE, 'hold_until', whole(math.max(till - (last - now), now))) end
    call('HDEL', GATE, 'tat')
  end
  call('HSET', GATE, 'now', whole(now))
end

-- How many calls of the day's budget are left, and how many are spent.
local function left_of(budget, day_ends)
  local spent, ends, before = unpack(call('HMGET', GATE, 'spent', 'day_ends', 'budget'))
  if not ends or tonumber(ends) <= now then
    spent = '0'
    call('HSET', GATE, 'spent', spent, 'day_ends', day_ends)
  end
  if before ~= budget then call('HSET', GATE, 'budget', budget) end
  return math.max(tonumber(budget) - tonumber(spent), 0), tonumber(spent)
end

local function admit(n)
  local stopped, paused, hold_until, max_inflight, rate, burst, tat =
    unpack(call('HMGET', GATE, 'stopped', 'paused', 'hold_until', 'max_inflight', 'rate', 'burst', 'tat'))
  if stopped then return {0, 'stopped', '0', 0, '', stopped} end
  if paused == '1' then return {0, 'paused', '0', 0, '', ''} end
  local held = (tonumber(hold_until or '') or 0) - now
  if held > 0 then return {0, 'held', whole(held), 0, '', ''} end
  if not rate then return {n, 'run', '0', 0, max_inflight or '', ''} end
  local permit_us, full_at = 1000000 / tonumber(rate), math.max(tonumber(tat or '') or 0, now_us)
  local size = tonumber(burst or '') or 1
  n = math.min(n, math.max(math.floor(size - (full_at - now_us) / permit_us + 1e-6), 0))
  full_at = full_at + n * permit_us
  if n > 0 then call('HSET', GATE, 'tat', whole(full_at)) end
  local next_permit = math.ceil((full_at + (1 - size) * permit_us - now_us) / 1000)
  return {n, 'run', whole(math.max(next_permit, 0)), 1, max_inflight or '', ''}
end

function operations.admit(args)
  note_clock()
  local n, budget, day_ends = tonumber(args[1]), args[2], args[3]
  if not budget then return admit(n) end
  local left, spent = left_of(budget, day_ends)
  if left == 0 then
    local answer = admit(0)
    if answer[2] == 'run' then answer[2], answer[3] = 'held', whole(tonumber(call('HGET', GATE, 'day_ends')) - now) end
    answer[7] = spent
    return answer
  end
  local answer = admit(math.min(n, left))
  if answer[1] > 0 then call('HINCRBY', GATE, 'spent', answer[1]) end
  answer[4], answer[7] = 1, spent
  return answer
end

function operations.give_back(args)
  local rate, tat, budget = unpack(call('HMGET', GATE, 'rate', 'tat', 'budget'))
  if budget then call('HINCRBY', GATE, 'spent', -tonumber(args[1])) end
  if rate and tat then
    call('HSET', GATE, 'tat', whole(tonumber(tat) - tonumber(args[1]) * 1000000 / tonumber(rate)))
  end
  return 1
end

function operations.hold(args)
  note_clock()
  local till = math.max(tonumber(call('HGET', GATE, 'hold_until') or '0'), now + tonumber(args[1]))
  call('HSET', GATE, 'hold_until', whole(till))
  return whole(till)
end

function operations.turn(args)
  for i = 1, #args, 2 do
    if args[i + 1] == '' then call('HDEL', GATE, args[i]) else call('HSET', GATE, args[i], args[i + 1]) end
  end
  redis.pcall('PUBLISH', BELL, '') -- on servers that forbid messages, workers notice within seconds
  return 1
end

function operations.adopt(args)
  if call('HSETNX', GATE, 'adopted:' .. args[1], '1') == 0 then return 0 end
  for i = 2, #args, 2 do call('HSETNX', GATE, args[i], args[i + 1]) end
  return 1
end

local args = {}
for i = 2, #ARGV do args[i - 1] = ARGV[i] end
return operations[ARGV[1]](args)
