--- The first line of an explanation: what, where, how rare.
local first_line = {}

--- 4120 -> 4,120
function first_line.number(n)
  local text = ("%d"):format(math.floor(n + 0.5))
  local found
  repeat text, found = text:gsub("^(%-?%d+)(%d%d%d)", "%1,%2") until found == 0
  return text
end

local function counted(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or (word:find "[sc]h$" and "es" or "s"))
end

-- How many tasks stand in a call for ever.
local function stuck(story)
  local count = 0
  for _ in pairs(story.waiting) do count = count + 1 end
  return count
end

--- The kind of failure, where no pattern is proven.
function first_line.kind(story)
  local run = story.run
  local who = run.ender and run.ender ~= "0" and " in " .. story.names:task(run.ender) or ""
  if run.ending == "deadlock" then return "deadlock of " .. counted(math.max(stuck(story), 1), "task") end
  if run.ending == "livelock" then return "livelock" end
  if run.ending == "status" then return ("exit status %d"):format(run.status or 1) end
  if run.ending == "crash" then return ("ended by signal %d%s"):format(run.status or 0, who) end
  if run.ending == "always" then return "ipc.always fails" .. who end
  if run.ending == "hangs" then return "a task hangs outside of the runtime's calls" end
  return run.ending .. who
end

-- The switches of a livelock are mostly turns of its round: they say nothing.
local function how(story)
  local parts = {}
  if story.run.ending == "livelock" then return "10,000 steps in which no task gets on" end
  if story.stops > 0 then parts[1] = counted(story.stops, "switch") end
  if story.clocks > 0 then parts[#parts + 1] = counted(story.clocks, "delay") end
  if story.kills > 0 then parts[#parts + 1] = counted(story.kills, "kill") end
  return #parts > 0 and table.concat(parts, ", ") or "no switch needed"
end

--- For a story, what its pattern is (or nil), the schedule's number and how many schedules a second there were.
function first_line.of(story, pattern, found)
  local line = pattern and pattern.title or first_line.kind(story)
  line = ("%s: %s"):format(line, how(story))
  if found.schedule_number then -- none in a replay
    line = ("%s, schedule %s"):format(line, first_line.number(found.schedule_number))
  end
  if found.rate then line = line .. (" (%s schedules/s)"):format(first_line.number(found.rate)) end
  return line
end

return first_line
