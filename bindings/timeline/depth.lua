--- Depth: how many messages stood in a queue or pipe, and when.
--
-- A message is in it from the beginning of its put (from the end of the wait, where the put waited for room) to the end
-- of its get.  What was in it before the trace began is not known, and not counted.
local meaning = require "timeline.meaning"

local depth = {}

-- Which messages are known from both sides, by object: where some operations were lost, what was put, but not got, may
-- have been got by one of those; so only what was put after the last that was got is in it still.
local function paired(trace)
  local spans, reader = trace.spans, meaning.reader(trace)
  local puts, gets, last = {}, {}, {}
  for i = 1, spans.count do
    local message, object = spans.message[i], spans.object[i]
    local does = message ~= 0 and spans.ended[i] >= 0 and object > 0 and reader(object, spans.operation[i])
    local side = does == "puts" and puts or does == "gets" and gets
    if side then
      side[object] = side[object] or {}
      side[object][message] = true
      if side == gets then last[object] = math.max(last[object] or 0, spans.ended[i]) end
    end
  end
  return function(i, does)
    local object, message = spans.object[i], spans.message[i]
    if message == 0 then return true end
    if does == "gets" then return puts[object] and puts[object][message] end
    return gets[object] and gets[object][message] or spans.began[i] > (last[object] or -1)
  end
end

local function moments(trace)
  local spans, reader, of_object = trace.spans, meaning.reader(trace), {}
  local operation, object, slept = spans.operation, spans.object, spans.slept
  local result, message = spans.result, spans.message
  local counts = trace.lost > 0 and paired(trace) or function() return true end
  for i = 1, spans.count do
    local of = object[i]
    -- a nil that was got is a message, too, and looks like one that was not
    local does = of > 0 and (message[i] ~= 0 or result[i] == 0) and reader(of, operation[i])
    if (does == "puts" or does == "gets") and spans.ended[i] >= 0 and counts(i, does) then
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
