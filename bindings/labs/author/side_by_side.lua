--- Side by side: the same for each of a list, in processes of their own, as many at a time as there are CPUs.
local decode = require "formats.json_decode"
local encode = require "formats.json_encode"
local files = require "labs.files"
local host = require "explore.host"
local runner = require "labs.runner"

local BEAT = 0.01
local WALL = 24 * 3600
local BETWEEN = 0 -- the exit status where the function has returned

local function start(item, place, fn)
  local job, why = runner.start(function() return encode(fn(item)) end, { open = true, wall = WALL, number = place })
  if not job then error({ wrong = why, status = 1 }, 0) end
  return { job = job }
end

-- What came of those that have ended.
local function collect(running)
  for place, each in pairs(running) do
    local output, how, status = each.job:poll()
    if how then
      running[place] = nil
      each.ended = true
      each.answer = how == "exit" and status == BETWEEN and decode(output) or nil
      each.why = output or ("%s %s"):format(how, tostring(status or ""))
      each.job:kill()
    end
  end
end

local function free_place(running, count)
  for place = 0, count - 1 do
    if not running[place] then return place end
  end
end

--- fn(item) returns a value that JSON can hold; took(item, value) is called with it, in the order of the list. Raises
--- { wrong = } where a process has ended without.
return function(list, fn, took)
  local running, started, at, count = {}, {}, 1, host.cpus()
  while at <= #list do
    local place = #started < #list and free_place(running, count)
    if place then
      local each = start(list[#started + 1], place, fn)
      running[place], started[#started + 1] = each, each
    else
      collect(running)
      files.sleep(BEAT)
    end
    while started[at] and started[at].ended do
      local each = started[at]
      if not each.answer then error({ wrong = each.why, status = 1 }, 0) end
      took(list[at], each.answer)
      at = at + 1
    end
  end
end
