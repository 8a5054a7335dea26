-- Rooms enter the queue, and leave it for good.

local readied = false
local function make_ready(room, due, priority)
  readied = true
  call('ZADD', READY, precise(due - (priority or definition(room).priority) * HEAD_START_MS), room)
end

-- When the next room that is pushed is due: now, and a microsecond after the one before it.
local pushed = 0
local function next_turn()
  pushed = pushed + 1
  return (now_us + pushed) / 1000
end

-- The room's next failure is its first.
local function forget_failures(room)
  if call('HDEL', ATT, room) == 1 then call('ZREM', FAILING, room) end
end

local function revive(room, info)
  local then_defined = read_definition(string.match(info, '"definition":"([%d:-]*)[*=!]?"'))
  then_defined.text = ''
  set_definition(room, read_definition(''), then_defined)
  call('ZREM', DEAD, room)
  call('ZREM', RETIRED, room)
  call('HDEL', INFO, room)
end

-- A push makes a room ready at once, wherever it was. A leased room is polled once more after its lease.
local function push(room, every, every_max, priority, anchor)
  if call('ZSCORE', LEASE, room) then
    define(room, every, every_max, priority, anchor)
    call('SADD', AGAIN, room)
    return 0
  end
  local info, head_start, fresh, due = call('HGET', INFO, room), call('ZSCORE', READY, room), 1, next_turn()
  if info then revive(room, info) end
  if call('ZREM', SCHED, room) == 1 then fresh = 0 end
  if head_start then
    fresh, due = 0, tonumber(head_start) + definition(room).priority * HEAD_START_MS
  end
  make_ready(room, due, define(room, every, every_max, priority, anchor))
  forget_failures(room)
  count('pushed')
  return fresh
end

-- Pushes any number of rooms, given as words. Those that the queue has never heard of, which are most of a long list,
-- are written together.
local function push_all(lines)
  if #lines == 0 then return 0 end
  local rooms, words, places = {}, {}, {}
  for i, line in ipairs(lines) do
    local room, every, every_max, priority, anchor = string.match(line, '^([^:]+):(%d*):(%d*):(-?%d*):(%d*)$')
    rooms[i], words[i] = room, {room, every, every_max, priority, anchor}
  end
  for i, key in ipairs({LEASE, READY, SCHED}) do places[i] = call('ZMSCORE', key, unpack(rooms)) end
  local infos, seen, others, turns, definitions, fresh = call('HMGET', INFO, unpack(rooms)), {}, {}, {}, {}, 0
  for i, room in ipairs(rooms) do
    if places[1][i] or places[2][i] or places[3][i] or infos[i] or seen[room] then
      others[#others + 1] = words[i]
    else
      local def = stated(read_definition(''), unpack(words[i], 2))
      local text = written(def)
      if text ~= '' then definitions[#definitions + 1], definitions[#definitions + 2] = room, text end
      if def.every > 0 then count('recurring') end
      turns[#turns + 1], turns[#turns + 2] = precise(next_turn() - def.priority * HEAD_START_MS), room
      fresh = fresh + 1
    end
    seen[room] = true
  end
  if #definitions > 0 then call('HSET', DEF, unpack(definitions)) end
  if #turns > 0 then call('ZADD', READY, unpack(turns)) end
  count('pushed', fresh)
  for _, other in ipairs(others) do fresh = fresh + push(unpack(other)) end
  return fresh
end

local function is_polled(room)
  for _, key in ipairs({SCHED, READY, LEASE}) do
    if call('ZSCORE', key, room) then return true end
  end
  return false
end

local function is_known(room) return is_polled(room) or call('HEXISTS', INFO, room) == 1 end

local function mark(room, polled)
  local def = definition(room)
  def.polled = polled
  set_definition(room, definition(room), def)
end

-- An anchor is live in the room: it counts as polled before, so that its end is no failure.
local function follow(room, ...)
  if is_polled(room) and definition(room).polled ~= ENDING then
    define(room, ...)
    if definition(room).polled == '' then mark(room, '*') end
    return 0
  end
  push(room, ...)
  mark(room, '*')
  return 1
end

-- Has a room polled a last time, now; a poll that is under way is the last.
local function conclude(room)
  if not is_polled(room) then return 0 end
  mark(room, ENDING)
  if call('ZREM', SCHED, room) == 1 then make_ready(room, now) end
  return 1
end

local function restore(room, every, every_max, priority, anchor, delay)
  if is_known(room) then return 0 end
  define(room, every, every_max, priority, anchor)
  local def = definition(room)
  def.polled = '*'
  call('HSET', DEF, room, written(def))
  call('ZADD', SCHED, whole(now + tonumber(delay)), room)
  count('restored')
  return 1
end

-- The first bytes of a text; never ends within a character.
local function cut(text, longest)
  local last = longest
  while last > longest - 3 and string.find(text, '^[\128-\191]', last + 1) do last = last - 1 end
  return string.sub(text, 1, last)
end

-- Dead letters are JSON put together by hand, since cjson rounds large numbers.
local function quoted(text) return (cjson.encode(cut(text, LONGEST_REASON))) end

-- Moves a room to dead, or to `where`; a push brings it back.
local function bury(room, reason, attempts, where, as)
  call('HSET', INFO, room, '{"reason":' .. quoted(reason) .. ',"at":' .. whole(now) .. ',"attempts":' ..
    whole(attempts) .. ',"definition":"' .. definition(room).text .. '"}')
  call('ZADD', where or DEAD, whole(now), room)
  undefine(room)
  forget_failures(room)
  count(as or 'dead')
end

-- Live sessions end all the time, so only the RETIRED_KEPT latest are kept.
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
