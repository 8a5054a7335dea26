-- Runs the operation that the call names.

local args = {}
for i = 2, #ARGV do args[i - 1] = ARGV[i] end
local format = call('HGET', CTL, 'format')
if tonumber(format or '0') > FORMAT then return redis.error_reply('NEWERQUEUE ' .. format) end
local answer = operations[ARGV[1]](args)
for what, n in pairs(counted) do call('HINCRBY', ST, what, n) end
return answer
