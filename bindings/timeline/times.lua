--- Times: how times of a trace are written and read, and at which of them a scale has its ticks.
local times = {}

local UNITS = { { 1, "ns" }, { 1000, "us" }, { 1000000, "ms" }, { 1000000000, "s" } }
local SECOND = 1000000000
local MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 24 * 3600 * SECOND
local FACTORS = { ns = 1, us = 1000, ["µs"] = 1000, ms = 1000000, s = SECOND, [""] = SECOND,
  min = MINUTE, m = MINUTE, h = HOUR, d = DAY }
local LONG = { { DAY, "d", HOUR, "h" }, { HOUR, "h", MINUTE, "min" }, { MINUTE, "min", SECOND, "s" } }

-- Steps of a long scale, and their units; longer ones are days.
local LONG_STEPS = { { 30, SECOND, "s" }, { 1, MINUTE, "min" }, { 2, MINUTE, "min" }, { 5, MINUTE, "min" },
  { 10, MINUTE, "min" }, { 15, MINUTE, "min" }, { 30, MINUTE, "min" }, { 1, HOUR, "h" }, { 2, HOUR, "h" },
  { 3, HOUR, "h" }, { 6, HOUR, "h" }, { 12, HOUR, "h" } }
local LONG_FROM = 20 * SECOND

-- With three digits that count: 1.23, 12.3, 123; without a fraction that says nothing where `short`.
local function digits(value, short)
  local text = value < 9.995 and ("%.2f"):format(value) or value < 99.95 and ("%.1f"):format(value)
    or ("%.0f"):format(value)
  return short and text:find "%." and text:gsub("%.?0+$", "") or text
end

-- The largest unit of which there is one at least.
local function unit_of(time)
  local best = UNITS[1]
  for _, unit in ipairs(UNITS) do
    if time >= unit[1] * 0.9995 then best = unit end
  end
  return best
end

--- "12.3 ms", "2 h 05 min", or "12 steps" of a logical trace.
function times.text(time, logical)
  if logical then return ("%d step%s"):format(time, time == 1 and "" or "s") end
  if time == 0 then return "0 s" end
  for _, unit in ipairs(LONG) do
    if time >= unit[1] then
      return ("%d %s %02d %s"):format(time // unit[1], unit[2], time % unit[1] // unit[3], unit[4])
    end
  end
  local unit = unit_of(time)
  if unit[2] == "ns" then return ("%d ns"):format(time) end
  return digits(time / unit[1]) .. " " .. unit[2]
end

--- The text of a time of the trace. In a simulated one nanoseconds only keep the moments in order.
function times.of(trace, time)
  return times.text(trace.simulated and (time + 500) // 1000 * 1000 or time, trace.logical)
end

--- From a text of the command line, "12ms", "1.5" (seconds), or a number of steps; nil: it is none.
function times.parse(text, logical)
  local value, unit = text:match "^([%d.]+)%s*([^%d%s.]*)$"
  value = tonumber(value or "")
  if not value then return nil end
  if logical then
    if unit ~= "" and unit ~= "step" and unit ~= "steps" or math.type(value) ~= "integer" then return nil end
    return value
  end
  local factor = FACTORS[unit]
  local time = factor and value * 1.0 * factor
  if not time or time > 2.0 ^ 60 then return nil end
  return math.floor(time + 0.5)
end

-- The smallest of 1, 2 and 5 times a power of ten that is not below it.
local function nice(step, logical)
  local power = 1
  if logical or step > 1 then
    while power * 10 <= step do power = power * 10 end
  end
  for _, factor in ipairs{ 1, 2, 5, 10 } do
    if power * factor >= step then return power * factor end
  end
end

-- How far a tick is from the next, the unit to write them in, and its name.
local function step_of(least, to, logical)
  if not logical and least > LONG_FROM then
    for _, each in ipairs(LONG_STEPS) do
      if each[1] * each[2] >= least then return each[1] * each[2], each[2], each[3] end
    end
    return math.tointeger(nice(math.ceil(least / DAY), true)) * DAY, DAY, "d"
  end
  -- a zoom far from 0 needs its unit small enough to tell ticks apart
  local unit = logical and { 1, "steps" } or unit_of(math.max(to, 1))
  return math.tointeger(nice(least, logical)), unit[1], unit[2]
end

--- Ticks from `from` to `to`, about `count` of them: an array of { time =, text = }; the last one says the unit.
function times.ticks(from, to, count, logical)
  local step, unit, name = step_of(math.max((to - from) / count, 1), to, logical)
  local list, at = {}, (from + step - 1) // step * step
  while at <= to do
    local text = logical and ("%d"):format(at) or ("%.9f"):format(at / unit):gsub("%.?0+$", "")
    list[#list + 1] = { time = at, text = text }
    at = at + step
  end
  return list, name
end

return times
