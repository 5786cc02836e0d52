--- Depth: how many messages stood in a queue or pipe, and when.
--
-- A message is in it from the beginning of its put (from the end of the wait, where the put waited for room) to the end
-- of its get.  What was in it before the trace began is not known, and not counted.
local meaning = require "timeline.meaning"

local depth = {}

local function moments(trace)
  local spans, reader, of_object = trace.spans, meaning.reader(trace), {}
  local operation, object, slept = spans.operation, spans.object, spans.slept
  local result, message = spans.result, spans.message
  for i = 1, spans.count do
    local of = object[i]
    -- a nil that was got is a message, too, and looks like one that was not
    local does = of > 0 and (message[i] ~= 0 or result[i] == 0) and reader(of, operation[i])
    if (does == "puts" or does == "gets") and spans.ended[i] >= 0 then
      local at = does == "puts" and (slept[i] >= 0 and slept[i] + spans.waited[i] or spans.began[i]) or spans.ended[i]
      local list = of_object[of] or {}
      of_object[of] = list
      list[#list + 1] = { at, does == "puts" and 1 or -1 }
    end
  end
  return of_object
end

-- The counts after each moment; at one time what is put is counted first.
local function curve(list)
  table.sort(list, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] > b[2]
  end)
  local now, most, times, counts = 0, 0, {}, {}
  for i, moment in ipairs(list) do
    now = math.max(now + moment[2], 0)
    most = math.max(most, now)
    times[i], counts[i] = moment[1], now
  end
  return { times = times, counts = counts, most = most }
end

--- By object (index): { times =, counts = (after each of these times), most = }.
function depth.of(trace)
  local found = {}
  for object, list in pairs(moments(trace)) do found[object] = curve(list) end
  return found
end

return depth
