-- Reads the entries that people push. An id has more digits than a Lua number can hold, so it stays text.

local function identifier(text)
  local digits = string.match(text or '', '^%s*0*([1-9]%d*)%s*$')
  if digits and (#digits < #LARGEST_ID or (#digits == #LARGEST_ID and digits <= LARGEST_ID)) then return digits end
end

-- A number that is no room's but a live page's.
local function web_rid(room)
  if room and #room >= WEB_RID_DIGITS[1] and #room <= WEB_RID_DIGITS[2] then return room end
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

local BAD_ID = ' must be a whole number from 1 to ' .. LARGEST_ID
local BAD_INTERVAL = ' must be seconds between ' .. SHORTEST_INTERVAL .. ' and ' .. LONGEST_INTERVAL

-- What a URL says of a room, each as text.
local function url_fields(url)
  local fields, query = {}, '&' .. (string.match(url, '%?([^#]*)') or '')
  for _, name in ipairs(FIELDS) do fields[name] = string.match(query, '&' .. name .. '=([^&]*)') end
  if not fields.room_id and string.match(url, '//([^/?#:]*)') == LIVE_HOST then
    return nil, cut(string.match(url, '//([^?#%s]*)'), LONGEST_NOTE) .. ' ' .. NO_WEB_RID
  end
  return fields
end

-- Whether one letter is missing, added or changed, or two adjacent letters are swapped.
local function is_one_edit(one, other)
  local short, long, same = one, other, 1
  if #short > #long then short, long = long, short end
  if #long - #short > 1 then return false end
  while same <= #short and string.byte(short, same) == string.byte(long, same) do same = same + 1 end
  if #short < #long then return string.sub(short, same) == string.sub(long, same + 1) end
  local swapped = string.sub(long, 1, same - 1) .. string.sub(long, same + 1, same + 1) .. string.sub(long, same, same)
    .. string.sub(long, same + 2)
  return string.sub(short, same + 1) == string.sub(long, same + 1) or short == swapped
end

local function letters(name) return (string.gsub(string.lower(name), '[%p%s]', '')) end

-- Complains of a field that is nearly one of ours.
local function slip(fields)
  local is_ours = {}
  for _, ours in ipairs(FIELDS) do is_ours[ours] = true end
  for name in pairs(fields) do
    for _, ours in ipairs(type(name) == 'string' and not is_ours[name] and FIELDS or {}) do
      if is_one_edit(letters(name), letters(ours)) then
        return cut(name, LONGEST_NOTE) .. ' is not a field of a room: did you mean ' .. ours .. '?'
      end
    end
  end
end

-- The room of an object that does not name one itself. scrapy-redis's objects have a `url`, whose fields count where
-- the object has none.
local function room_of_another(raw, fields)
  local rid, url = fields.web_rid, fields.url
  if rid and rid ~= cjson.null and rid ~= '' then
    return nil, cut(string.match(raw, '"web_rid"%s*:%s*"?([^",}%s]*)') or '', LONGEST_NOTE) .. ' ' .. NO_WEB_RID
  end
  if type(url) ~= 'string' or not string.match(url, '^https?://') then return nil, 'room_id' .. BAD_ID end
  local named, reason = url_fields(url)
  if not named then return nil, reason end
  for name, value in pairs(named) do
    if fields[name] == nil or fields[name] == cjson.null or fields[name] == '' then fields[name] = value end
  end
  local room = identifier(fields.room_id)
  return room, not room and 'room_id' .. BAD_ID or nil
end

local function job(raw, fields)
  local room, reason = json_identifier(raw, fields, 'room_id'), 'room_id' .. BAD_ID
  if room == nil then room, reason = room_of_another(raw, fields) end
  if not room then return nil, reason end
  if web_rid(room) then return nil, room .. ' ' .. NO_WEB_RID end
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

local function parse_json(raw)
  local good, fields = pcall(cjson.decode, raw)
  if not good or type(fields) ~= 'table' then return nil, 'broken JSON' end
  local complaint = slip(fields)
  if complaint then return nil, complaint end
  return job(raw, fields)
end

local function parse(raw)
  if #raw > LONGEST_ENTRY then return nil, 'longer than ' .. LONGEST_ENTRY .. ' bytes' end
  local room = identifier(raw)
  if room and not web_rid(room) then return {room, '', '', '', ''} end
  if room then return nil, room .. ' ' .. NO_WEB_RID end
  if string.match(raw, '^%s*{') then return parse_json(raw) end
  if string.match(raw, '^%s*%d+%s*$') then return nil, 'room_id' .. BAD_ID end
  if string.match(raw, '^%s*https?://') then
    local fields, reason = url_fields(raw)
    if not fields then return nil, reason end
    if fields.room_id then return job('', fields) end
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
