-- Runs the operation that the call names.

local args = {}
for i = 2, #ARGV do args[i - 1] = ARGV[i] end
local answer = operations[ARGV[1]](args)
for what, n in pairs(counted) do call('HINCRBY', ST, what, n) end
return answer
