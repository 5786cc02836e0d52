--- Depth: how many messages stood in a queue or pipe, and when.
--
-- At which moment of an operation its message came or went is not recorded. A message counts from the end of its put to
-- the beginning of its get (to the end of the wait, where the get waited), or, where these two overlap, at the end of
-- its put only: rather too short than too long, so that no queue seems to hold more than its bound. What was in it
-- before the trace began is not known, and not counted.
local meaning = require "timeline.meaning"
local walk = require "timeline.walk"

local depth = {}

local COLUMNS = { "operation", "object", "began", "ended", "slept", "waited", "result", "message" }

-- Calls found(puts, object, message, began, ended, slept, waited) for each span that put or got something.
local function each(trace, found)
  local reader = meaning.reader(trace)
  walk.each(trace, COLUMNS, function(_, count, operation, object, began, ended, slept, waited, result, message)
    for k = 1, count do
      local of = object[k]
      -- a nil that was got is a message, too, and looks like one that was not
      local does = of > 0 and ended[k] >= 0 and (message[k] ~= 0 or result[k] == 0) and reader(of, operation[k])
      if does == "puts" or does == "gets" then
        found(does == "puts", of, message[k], began[k], ended[k], slept[k], waited[k])
      end
    end
  end)
end

-- When each message was put, by object; which were got, and when the last of those, where some operations were lost; of
-- those with a number.
local function messages(trace)
  local list, lost = {}, trace.lost > 0
  each(trace, function(puts, object, message, _, ended)
    local of = list[object]
    if not of then
      of = { put = {}, got = {}, last = -1 }
      list[object] = of
    end
    if message == 0 then return end
    if puts then
      of.put[message] = ended
    elseif lost then
      of.got[message], of.last = true, math.max(of.last, ended)
    end
  end)
  return list
end

-- Where some operations were lost: whether the other side of this one is known, or is to come.
local function is_whole(puts, message, began, of)
  if message == 0 then return true end
  if not puts then return of.put[message] ~= nil end
  return of.got[message] or began > of.last
end

-- By object a list of the moments, each twice, and one more where something came: numbers are sorted fast.  A get that
-- waits may begin before its put: those are done when all puts are known.
local function moments(trace)
  local of_object, late = {}, {}
  local known, logical = trace.lost > 0 and messages(trace), trace.logical
  each(trace, function(puts, object, message, began, ended, slept, waited)
    local of = of_object[object]
    if not of then
      of = { list = {}, put = {} }
      of_object[object] = of
    end
    if known and not is_whole(puts, message, began, known[object]) then return end
    local list = of.list
    if puts then
      of.put[message] = message ~= 0 and ended or nil
      list[#list + 1] = ended * 2 + 1
    elseif logical then
      list[#list + 1] = ended * 2
    else
      local at = slept < 0 and began or slept + waited < ended and slept + waited or ended
      local put = of.put[message]
      list[#list + 1] = (put and put > at and put or at) * 2
      if not put and message ~= 0 then late[#late + 1] = { of, #list, message } end
    end
  end)
  for _, each_of in ipairs(late) do
    local of, at, message = table.unpack(each_of)
    local put = of.put[message]
    if put then of.list[at] = math.max(of.list[at], put * 2) end
  end
  return of_object
end

-- The counts after each moment. What is put and got at one time passes: it is seen where there is nothing else.
local function curve(list)
  table.sort(list)
  local times, counts, most = {}, {}, 0
  local now, i, last, n = 0, 1, #list, 0
  while i <= last do
    local time, came, went = list[i] >> 1, 0, 0
    while i <= last and list[i] >> 1 == time do
      if list[i] & 1 == 1 then came = came + 1 else went = went + 1 end
      i = i + 1
    end
    local before = now
    now = now + came - went
    if now < 0 then now = 0 end
    if came > 0 and went > 0 and before == 0 and now == 0 then
      n = n + 1
      times[n], counts[n] = time, 1
      if most < 1 then most = 1 end
    end
    n = n + 1
    times[n], counts[n] = time, now
    if now > most then most = now end
  end
  return { times = times, counts = counts, most = most }
end

--- By object (index): { times =, counts = (after each of these times), most = }.
function depth.of(trace)
  local found = {}
  for object, of in pairs(moments(trace)) do
    if #of.list > 0 then found[object] = curve(of.list) end
  end
  return found
end

return depth
