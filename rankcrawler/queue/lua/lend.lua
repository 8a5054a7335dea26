-- Pushes and leases rooms.

local operations = {}

function operations.push(args)
  note_clock()
  local was_idle = call('EXISTS', READY) == 0
  local fresh = push_all(args)
  if was_idle then ring() end -- otherwise the workers are busy leasing, or a gate keeps them from it
  return fresh
end

function operations.restore(args)
  note_clock()
  local fresh = 0
  for _, words in ipairs(args) do
    fresh = fresh + restore(string.match(words, '^(%d+):(%d*):(%d*):(-?%d*):(%d*):(%d+)$'))
  end
  ring() -- a room may be due before any worker looks again
  return fresh
end

function operations.follow(args)
  note_clock()
  local answers = {}
  for i, words in ipairs(args) do answers[i] = follow(string.match(words, '^(%d+):(%d*):(%d*):(-?%d*):(%d*)$')) end
  if readied then ring() end
  return answers
end

function operations.conclude(rooms)
  note_clock()
  local answers = {}
  for i, room in ipairs(rooms) do answers[i] = conclude(room) end
  if readied then ring() end
  return answers
end

-- Leases the first ready rooms; returns "room:fence:due:attempt:gone_once:definition" for each.
local function lend(most, worker, till)
  local first = call('ZRANGE', READY, 0, most - 1, 'WITHSCORES')
  local rooms, owns, expiries, lags, answer = {}, {}, {}, {}, {}
  for i = 1, #first, 2 do rooms[#rooms + 1] = first[i] end
  local fence = math.max(tonumber(call('HGET', CTL, 'token') or '0') + 1, now_us)
  local definitions, histories = call('HMGET', DEF, unpack(rooms)), call('HMGET', ATT, unpack(rooms))
  for i, room in ipairs(rooms) do
    local text, due = definitions[i] or '', math.floor(tonumber(first[2 * i]))
    if text ~= '' then due = due + tonumber(string.match(text, ':(-?%d+):')) * HEAD_START_MS end
    local failed, note = string.match(histories[i] or '', '^(%d+):%-?%d+:(.*)$')
    local gone_once = note and string.sub(note, 1, #GONE_ONCE) == GONE_ONCE and '1' or ''
    local lent = string.format('%.0f:%.0f', fence + i - 1, due)
    owns[2 * i - 1], owns[2 * i] = room, lent .. ':' .. worker
    expiries[2 * i - 1], expiries[2 * i] = till, room
    lags[i] = math.max(now - due, 0)
    answer[i] = room .. ':' .. lent .. ':' .. whole((failed or 0) + 1) .. ':' .. gone_once .. ':' .. text
  end
  call('HSET', CTL, 'token', whole(fence + #rooms - 1))
  call('HSET', OWN, unpack(owns))
  call('ZADD', LEASE, unpack(expiries))
  call('ZREMRANGEBYRANK', READY, 0, #rooms - 1)
  note_lags(lags)
  return answer
end

-- The answer to the worker's last call never arrived: its rooms become ready, as if they had not been leased.
local function take_back(worker, rooms)
  local taken = {}
  for room in string.gmatch(rooms, '[^ ]+') do
    local _, due, holder = owner(room)
    if holder == worker then
      pushed_again(room)
      make_ready(room, due)
      taken[#taken + 1] = room
    end
  end
  drop(taken)
end

-- Whether a call may lease. It may not if the worker has made a later call, and this one arrived late.
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
  for i, lease in ipairs(leased) do rooms[i] = string.match(lease, '^[^:]+') end
  call('HSET', GAVE, worker, whole(number) .. ':' .. table.concat(rooms, ' '))
end

-- The profile by which the holder's workers ask and read it; a claim by an earlier version leaves another holder's.
local function profile_of(holder)
  local text = call('HGET', CTL, 'profile') or ''
  if string.sub(text, 1, #holder + 1) == holder .. '\n' then return string.sub(text, #holder + 2) end
end

-- The gateway whose rooms these are, where it is not the worker's; where only the profile differs, with it.
local function stranger_to(source, profile)
  local holder = call('HGET', CTL, 'source')
  if not holder or source == '' then return false end
  if holder ~= source then return holder end
  local own = profile_of(holder)
  return own and profile ~= '' and own ~= profile and holder .. '\n' .. own
end

local function has_workers() return call('ZCOUNT', WRK, whole(now - ALIVE_MS), '+inf') > 0 end

-- Whether a stranger has to leave the queue alone: another gateway as long as there are rooms or workers, another profile
-- as long as there are workers, which would read the same gateway in another way.
local function is_kept_from(stranger)
  return has_workers() or (not string.find(stranger, '\n', 1, true) and pending() > 0)
end

local function give_to(source, profile)
  call('HSET', CTL, 'source', source)
  if profile ~= '' then call('HSET', CTL, 'profile', source .. '\n' .. profile) end
  if profile == '' and not profile_of(source) then call('HDEL', CTL, 'profile') end
end

-- What a worker that is no stranger writes down, where it is not there yet.
local function sign(source, profile)
  local holder, format = unpack(call('HMGET', CTL, 'source', 'format'))
  if source ~= '' and (not holder or (profile ~= '' and not profile_of(holder))) then give_to(source, profile) end
  if tonumber(format or '0') < FORMAT then call('HSET', CTL, 'format', whole(FORMAT)) end
end

function operations.lease(args)
  local worker, n, ttl = args[1], math.min(tonumber(args[2]), LARGEST_GRANT), tonumber(args[3])
  local attempts_allowed, number, heard = tonumber(args[4]), tonumber(args[5]), tonumber(args[6])
  local gate_state, gate_wait, permits, at_a_time = args[7], tonumber(args[8]), tonumber(args[9]), tonumber(args[10])
  local source, batch, profile = args[11], tonumber(args[12] or '1'), args[13] or ''
  local kind, was_idle = kind_of(INBOX), call('EXISTS', READY) == 0
  local stranger = stranger_to(source, profile)
  if stranger then return {HOUR_MS, 'foreign', pending(), 0, 0, kind, stranger, now, 0} end
  sign(source, profile)
  note_clock()
  local back, is_correcting = correct_times(ttl)
  local unreadable, pushed = ingest(INTAKE)
  local more_unreadable, more_pushed = ingest(INBOX)
  local is_late = not is_current(worker, number, heard)
  local vanished = reap(attempts_allowed)
  promote()
  if batch > 1 then fill(batch) end
  seen(worker)
  local most, state = gate(is_late and 0 or math.min(n, call('ZCARD', READY)), gate_state, permits, at_a_time)
  local leased = most > 0 and lend(most, worker, whole(now + ttl)) or {}
  if not is_late then note_given(worker, number, leased) end
  local pause = is_correcting and 0 or wait(state, gate_wait)
  if was_idle and pause == 0 and pushed + more_pushed > 0 then ring() end -- the push woke one worker: wake the others
  local answer = {whole(pause), state, pending(), vanished, unreadable + more_unreadable, kind, '', now, back}
  for _, value in ipairs(leased) do answer[#answer + 1] = value end
  return answer
end
