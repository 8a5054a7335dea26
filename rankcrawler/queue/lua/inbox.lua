-- Reads the entries that people push. An id has more digits than a Lua number can hold, so it stays text.

local function identifier(text)
  local digits = string.match(text or '', '^%s*0*([1-9]%d*)%s*$')
  if digits and (#digits < #LARGEST_ID or (#digits == #LARGEST_ID and digits <= LARGEST_ID)) then return digits end
end

local function json_identifier(raw, fields, name)
  local value = fields[name]
  if value == nil or value == cjson.null or value == '' then return nil end
  if type(value) == 'string' then return identifier(value) or false end
  if type(value) ~= 'number' then return false end
  local found
  for digits in string.gmatch(raw, '"' .. name .. '"%s*:%s*(%d+)%f[^%d.eE+-]') do
    if tonumber(digits) == value then
      if found and found ~= digits then return false end
      found = digits
    end
  end
  return found and identifier(found) or false
end

local function json_number(value, factor, low, high)
  if value == nil or value == cjson.null or value == '' then return '' end
  local number = tonumber(value)
  if not number or type(value) == 'boolean' then return nil end
  if number ~= number or number < low or number > high then return nil end
  if factor == 1 and number % 1 ~= 0 then return nil end
  return whole(number * factor)
end

local BAD_ID = ' must be a whole number of 1 to ' .. #LARGEST_ID .. ' digits'
local BAD_INTERVAL = ' must be seconds between ' .. SHORTEST_INTERVAL .. ' and ' .. LONGEST_INTERVAL

local function parse_json(raw)
  local good, fields = pcall(cjson.decode, raw)
  if not good or type(fields) ~= 'table' then return nil, 'broken JSON' end
  local room = json_identifier(raw, fields, 'room_id')
  if not room then return nil, 'room_id' .. BAD_ID end
  local anchor = json_identifier(raw, fields, 'anchor_id')
  if anchor == false then return nil, 'anchor_id' .. BAD_ID end
  local every = json_number(fields['every'], 1000, SHORTEST_INTERVAL, LONGEST_INTERVAL)
  if not every then return nil, 'every' .. BAD_INTERVAL end
  local every_max = json_number(fields['every_max'], 1000, SHORTEST_INTERVAL, LONGEST_INTERVAL)
  if not every_max then return nil, 'every_max' .. BAD_INTERVAL end
  if (tonumber(every_max) or math.huge) < (tonumber(every) or 0) then return nil, 'every_max must be at least every' end
  local priority = json_number(fields['priority'], 1, -HIGHEST_PRIORITY, HIGHEST_PRIORITY)
  if not priority then
    return nil, 'priority must be a whole number from -' .. HIGHEST_PRIORITY .. ' to ' .. HIGHEST_PRIORITY
  end
  return {room, every, every_max, priority, anchor or ''}
end

local function parse(raw)
  if #raw > LONGEST_ENTRY then return nil, 'longer than ' .. LONGEST_ENTRY .. ' bytes' end
  local room = identifier(raw)
  if room then return {room, '', '', '', ''} end
  if string.match(raw, '^%s*{') then return parse_json(raw) end
  if string.match(raw, '^%s*https?://') then
    room = identifier(string.match(raw, '[?&]room_id=([^&#]*)'))
    if room then return {room, '', '', '', identifier(string.match(raw, '[?&]anchor_id=([^&#]*)')) or ''} end
  end
  return nil, 'expected ' .. FORMS
end

-- The types of inbox: how many entries one holds, the next INGEST of them (the last first), and how to remove those.
-- A key of any other type is left alone.
local kinds = {
  list = {
    size = function(key) return call('LLEN', key) end,
    next = function(key) return call('LRANGE', key, -INGEST, -1) end,
    remove = function(key, raws) call('LTRIM', key, 0, -#raws - 1) end,
  },
  set = {
    size = function(key) return call('SCARD', key) end,
    next = function(key) return call('SRANDMEMBER', key, INGEST) end,
    remove = function(key, raws) call('SREM', key, unpack(raws)) end,
  },
  zset = {
    size = function(key) return call('ZCARD', key) end,
    next = function(key) return call('ZRANGE', key, -INGEST, -1) end,
    remove = function(key, raws) call('ZREMRANGEBYRANK', key, -#raws, -1) end,
  },
}

local function kind_of(key) return call('TYPE', key).ok end

local function size(key)
  local kind = kinds[kind_of(key)]
  return kind and kind.size(key) or 0
end

local function raw_jobs() return size(INBOX) + size(INTAKE) end

local function ingest(key)
  local kind, unreadable = kinds[kind_of(key)], 0
  if not kind then return 0, 0 end
  local raws = kind.next(key)
  for i = #raws, 1, -1 do
    local good, job, reason = pcall(parse, raws[i])
    if good and job then
      push(unpack(job))
    else
      bury_raw(raws[i], good and reason or 'cannot be read')
      unreadable = unreadable + 1
    end
  end
  kind.remove(key, raws)
  return unreadable, #raws - unreadable
end
