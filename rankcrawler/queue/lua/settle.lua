-- Settles and renews leases.

-- The time to a room's next poll. A room that adapts waits longer step by step while its list stays the same, and less
-- when it changes; its interval is always a multiple of `every`, which keeps the phase.
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

local function finish(room, due, unchanged, delay)
  local def = definition(room)
  local _, first_due = history(room, due)
  forget_failures(room)
  local again = pushed_again(room)
  if def.polled == ENDING then
    retire(room, 'its broadcast is over', 0)
    return 3
  end
  if again then make_ready(room, now, def.priority) end
  if def.every > 0 then
    local found = unchanged and '=' or '*'
    if def.polled ~= found then
      def.polled = found
      call('HSET', DEF, room, written(def))
    end
    if not again and delay > 0 then
      call('ZADD', SCHED, whole(now + delay), room)
    elseif not again then
      schedule_next(room, def, first_due, unchanged)
    end
  elseif not again then
    undefine(room)
  end
end

-- Keeps what a look has found out about an anchor.
local function note_look(anchor, note)
  call('HSET', NOTE, anchor, note)
  local seen = ({live = '1', offline = '0'})[string.match(note, '"state":"(%l+)"')]
  if seen then call('ZADD', SEEN, seen, anchor) else call('ZREM', SEEN, anchor) end
end

local outcomes = {}
function outcomes.done(room, due, delay, note)
  if note ~= '' then note_look(room, note) end
  return finish(room, due, false, delay)
end
function outcomes.unchanged(room, due)
  count('done')
  return finish(room, due, true, 0)
end
function outcomes.retry(room, due, delay, reason, attempts_allowed)
  call('ZREM', SEEN, room)
  return fail(room, due, attempts_allowed, delay, reason)
end
function outcomes.defer(room, due, delay, reason)
  pushed_again(room)
  local attempts, first_due = history(room, due)
  postpone(room, attempts, first_due, delay, reason)
end
function outcomes.release(room, due)
  pushed_again(room)
  make_ready(room, due)
end
function outcomes.dead(room, _, _, reason)
  call('ZREM', SEEN, room)
  if pushed_again(room) then
    make_ready(room, now)
  elseif definition(room).polled ~= '' then
    retire(room, reason, history(room) + 1)
    return 3
  else
    bury(room, reason, history(room) + 1)
    return 2
  end
end

-- When the room was due, and its worker; nothing if another lease has followed.
local function holds(room, fence)
  local given, due, worker = owner(room)
  if given == fence then return due, worker end
end

-- The answers that the same call got before.
local function answered(worker, number)
  local last, answers = string.match(call('HGET', TOOK, worker) or '', '^(%d+):(%d*)$')
  if number == 0 or tonumber(last or '') ~= number then return end
  local settled = {}
  for answer in string.gmatch(answers, '%d') do settled[#settled + 1] = tonumber(answer) end
  return settled
end

local function settle_one(room, fence, outcome, delay, reason, attempts_allowed)
  local due = holds(room, fence)
  if not due then return 0 end
  local answer = outcomes[outcome](room, due, delay, reason, attempts_allowed) or 1
  if outcome ~= 'dead' then count(outcome) end -- bury counts it
  return answer
end

-- Counts the leases settled in this minute; keeps the count of the one before.
local function note_pace(ended)
  if ended == 0 then return end
  local minute = math.floor(now / MINUTE_MS)
  local current, before = tonumber(call('HGET', CTL, 'minute') or '0'), 0
  if current ~= minute then
    if current == minute - 1 then before = call('HGET', CTL, 'settled') end
    call('HSET', CTL, 'minute', minute, 'settled', 0, 'settled_before', before)
  end
  call('HINCRBY', CTL, 'settled', ended)
end

function operations.settle(args)
  note_clock()
  local attempts_allowed, worker, number, settled = tonumber(args[1]), args[2], tonumber(args[3]), {}
  local before = answered(worker, number)
  if before then return before end
  local ended, is_ended = {}, {}
  for i = 4, #args, 5 do
    local room, fence, outcome, delay, reason = unpack(args, i, i + 4)
    local answer = is_ended[room] and 0 or settle_one(room, fence, outcome, tonumber(delay), reason, attempts_allowed)
    if answer > 0 then ended[#ended + 1], is_ended[room] = room, true end
    settled[#settled + 1] = answer
  end
  drop(ended)
  note_pace(#ended)
  if worker ~= '' then seen(worker) end
  if number > 0 then call('HSET', TOOK, worker, whole(number) .. ':' .. table.concat(settled)) end
  if readied then ring() end -- rooms were released, or pushed again while leased
  return settled
end

function operations.note(args)
  local answers = {}
  for i = 1, #args, 3 do
    local mine = holds(args[i], args[i + 1])
    if mine then call('HSET', NOTE, args[i], args[i + 2]) end
    answers[#answers + 1] = mine and 1 or 0
  end
  return answers
end

function operations.renew(args)
  note_clock()
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
