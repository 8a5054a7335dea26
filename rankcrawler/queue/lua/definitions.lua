-- A room's definition: its text in `def`, and the same as numbers.

local function read_definition(text)
  local every, priority, anchor, every_max, polled = string.match(text or '', '^(%d*):(-?%d*):(%d*):?(%d*)([*=!]?)$')
  return {
    every = tonumber(every or '') or 0, every_max = tonumber(every_max or '') or 0,
    priority = tonumber(priority or '') or 0, anchor = anchor or '', polled = polled or '', text = text or '',
  }
end

local function definition(room) return read_definition(call('HGET', DEF, room) or '') end

local function written(def)
  if def.every == 0 and def.priority == 0 and def.anchor == '' then return '' end
  local text = whole(def.every) .. ':' .. whole(def.priority) .. ':' .. def.anchor
  if def.every_max > def.every and def.every > 0 then text = text .. ':' .. whole(def.every_max) end
  if def.every > 0 then text = text .. def.polled end
  return text
end

local function recurs(def) return def.every > 0 and 1 or 0 end

-- The only way to change a definition: keeps the count of rooms that recur.
local function set_definition(room, old, new)
  local text = written(new)
  if text == old.text then return end
  if text == '' then call('HDEL', DEF, room) else call('HSET', DEF, room, text) end
  if old.every_max > 0 and (old.every ~= new.every or old.every_max ~= new.every_max) then call('HDEL', PACE, room) end
  if recurs(new) ~= recurs(old) then count('recurring', recurs(new) - recurs(old)) end
end

local function undefine(room) set_definition(room, definition(room), read_definition('')) end

-- A definition with what a push states: an empty text changes nothing, every = 0 makes a recurring room one that is
-- polled once, every_max = 0 ends adapting. A room that was to be polled a last time goes on.
local function stated(old, every, every_max, priority, anchor)
  return {
    every = tonumber(every) or old.every, every_max = tonumber(every_max) or old.every_max,
    priority = tonumber(priority) or old.priority, anchor = anchor ~= '' and anchor or old.anchor,
    polled = old.polled == ENDING and '*' or old.polled,
  }
end

-- Changes what a push states. Returns the room's priority.
local function define(room, ...)
  local old = definition(room)
  local new = stated(old, ...)
  set_definition(room, old, new)
  return new.priority
end
