--- Depth: how many messages stood in a queue or pipe, and when.
--
-- At which moment of an operation its message came or went is not recorded. A message counts from the end of its put to
-- the beginning of its get (to the end of the wait, where the get waited), or, where these two overlap, at the end of
-- its put only: rather too short than too long, so that no queue seems to hold more than its bound. What was in it
-- before the trace began is not known, and not counted.
local meaning = require "timeline.meaning"

local depth = {}

-- Calls found(i, does, object) for each span that put or got something.
local function each(trace, found)
  local spans, reader = trace.spans, meaning.reader(trace)
  local operation, object, ended = spans.operation, spans.object, spans.ended
  local result, message = spans.result, spans.message
  for i = 1, spans.count do
    local of = object[i]
    -- a nil that was got is a message, too, and looks like one that was not
    local does = of > 0 and ended[i] >= 0 and (message[i] ~= 0 or result[i] == 0) and reader(of, operation[i])
    if does == "puts" or does == "gets" then found(i, does, of) end
  end
end

-- When each message was put, by object; which were got, and when the last of those; of those with a number.
local function messages(trace)
  local spans, list = trace.spans, {}
  each(trace, function(i, does, object)
    local of = list[object] or { put = {}, got = {}, last = -1 }
    list[object] = of
    local message = spans.message[i]
    if message == 0 then return end
    if does == "puts" then
      of.put[message] = spans.ended[i]
    else
      of.got[message], of.last = true, math.max(of.last, spans.ended[i])
    end
  end)
  return list
end

-- Where some operations were lost: whether the other side of this one is known, or is to come.
local function is_whole(spans, i, does, of)
  local message = spans.message[i]
  if message == 0 then return true end
  if does == "gets" then return of.put[message] ~= nil end
  return of.got[message] or spans.began[i] > of.last
end

local function moment(trace, i, does, of)
  local spans = trace.spans
  if does == "puts" or trace.logical then return spans.ended[i] end
  local slept = spans.slept[i]
  local begins = slept >= 0 and math.min(slept + spans.waited[i], spans.ended[i]) or spans.began[i]
  return math.max(begins, of.put[spans.message[i]] or 0)
end

local function moments(trace)
  local known, of_object = messages(trace), {}
  each(trace, function(i, does, object)
    local of = known[object]
    if trace.lost > 0 and not is_whole(trace.spans, i, does, of) then return end
    local list = of_object[object] or {}
    of_object[object] = list
    list[#list + 1] = { moment(trace, i, does, of), does == "puts" and 1 or -1 }
  end)
  return of_object
end

-- The counts after each moment. What is put and got at one time passes: it is seen where there is nothing else.
local function curve(list)
  table.sort(list, function(a, b) return a[1] < b[1] end)
  local self = { times = {}, counts = {}, most = 0 }
  local now, i = 0, 1
  local function add(time, count)
    self.times[#self.times + 1], self.counts[#self.counts + 1] = time, count
    self.most = math.max(self.most, count)
  end
  while list[i] do
    local time, came, went = list[i][1], 0, 0
    while list[i] and list[i][1] == time do
      if list[i][2] > 0 then came = came + 1 else went = went + 1 end
      i = i + 1
    end
    local before = now
    now = math.max(now + came - went, 0)
    if came > 0 and went > 0 and before == 0 and now == 0 then add(time, 1) end
    add(time, now)
  end
  return self
end

--- By object (index): { times =, counts = (after each of these times), most = }.
function depth.of(trace)
  local found = {}
  for object, list in pairs(moments(trace)) do found[object] = curve(list) end
  return found
end

return depth
