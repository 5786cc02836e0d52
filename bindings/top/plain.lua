--- Plain: a picture as text, for scripts, and for `tidelock ps`.
local columns = require "top.columns"
local picture = require "top.picture"
local text = require "terminal.text"

local plain = {}

local WIDTH = 132
local MIB = 1 << 20

--- A number with its unit: "1 task", "2 tasks".
function plain.count(number, what) return ("%d %s%s"):format(number, what, number == 1 and "" or "s") end

--- How many tasks are in each state, as text: "3 running, 9 waiting".
function plain.states(tasks)
  local counts, names, parts = {}, {}, {}
  for _, task in ipairs(tasks) do
    if not counts[task.state] then names[#names + 1] = task.state end
    counts[task.state] = (counts[task.state] or 0) + 1
  end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = ("%d %s"):format(counts[name], name) end
  return table.concat(parts, ", ")
end

--- The first lines: which program, its tasks, objects, memory.
function plain.header(shot)
  local who = shot.pid and ("%s (pid %d)"):format(shot.title, shot.pid) or shot.title
  local objects = plain.count(#picture.shown(shot.objects), "object")
  local memory = shot.room > 0 and (", %.1f of %d MiB"):format(shot.used / MIB, shot.room // MIB) or ""
  local second = objects .. memory -- a user of a server's space may not ask for it
  -- operations are not counted, as that would cost every one of them
  if shot.messages then second = ("%s, %.0f messages/s put and got"):format(second, shot.messages) end
  if shot.ended > 0 then second = ("%s, %d ended since"):format(second, shot.ended) end
  local tasks = plain.count(#shot.tasks, "task")
  if #shot.tasks > 0 then tasks = ("%s: %s"):format(tasks, plain.states(shot.tasks)) end
  return { text.printable(who), tasks, second }
end

--- The whole picture.
function plain.text(shot)
  local lines = plain.header(shot)
  lines[#lines + 1] = ""
  table.move(columns.lines(columns.tasks, shot.tasks, WIDTH, nil, true), 1, #shot.tasks + 1, #lines + 1, lines)
  local objects = picture.shown(shot.objects)
  if #objects > 0 then
    lines[#lines + 1] = ""
    table.move(columns.lines(columns.objects, objects, WIDTH, nil, true), 1, #objects + 1, #lines + 1, lines)
  end
  return table.concat(lines, "\n") .. "\n"
end

return plain
