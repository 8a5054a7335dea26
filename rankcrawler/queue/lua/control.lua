-- Operations for people: claiming the queue, removing and retrying rooms, and counting them.

function operations.claim(args)
  local source, force, profile = args[1], args[2], args[3]
  local stranger = stranger_to(source, profile)
  if stranger and force == '' and is_kept_from(stranger) then return stranger end
  if stranger then give_to(source, profile) end
  sign(source, profile)
  return source
end

function operations.holder(args)
  local stranger = stranger_to(args[1], args[2])
  return stranger and is_kept_from(stranger) and stranger or ''
end

function operations.leave(args)
  call('ZADD', WRK, 'XX', whole(now - ALIVE_MS - 1), args[1])
  return 1
end

local function remove(room)
  undefine(room)
  forget_failures(room)
  call('SREM', AGAIN, room)
  local found = 0
  for _, key in ipairs({READY, SCHED, DEAD, LEASE, RETIRED}) do found = found + call('ZREM', key, room) end
  call('HDEL', INFO, room)
  call('HDEL', OWN, room)
  call('HDEL', NOTE, room)
  call('ZREM', SEEN, room)
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

function operations.bury(args)
  for i = 1, #args, 2 do bury_raw(args[i], args[i + 1]) end
  return 1
end

function operations.now() return whole(now) end

function operations.depth()
  return {raw_jobs(), call('ZCARD', READY), call('ZCARD', SCHED), call('ZCARD', LEASE), call('ZCARD', DEAD),
    tonumber(call('HGET', ST, 'recurring') or '0'), call('ZCARD', RETIRED),
    call('ZCARD', FAILING)}
end
