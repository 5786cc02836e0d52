--- Ps: `tidelock ps`: a line for each task of a program or of a space, and one for each thing that it holds.
local choose = require "top.choose"
local picture = require "top.picture"
local text = require "terminal.text"
local watch = require "top.watch"

local CANNOT = 1

-- In twenty columns, or as many as it takes.
local function padded(name) return name .. (" "):rep(20 - text.width(name)) end

local function line_of(task)
  local name = text.printable(task.space and ("%s @%s"):format(task.name, task.space) or task.name)
  local line = ("%s %7d  %-8s"):format(padded(name), task.pid, task.state)
  if task.since then line = ("%s %7.1f s"):format(line, task.since) end
  if task.waits ~= "" then line = ("%s  %s"):format(line, text.printable(task.waits)) end
  if task.where ~= "" then line = ("%s  at %s"):format(line, text.printable(task.where)) end
  return line
end

return function(options)
  local what = options.what or choose "ps"
  local watched, why = watch.open(what)
  if not watched then
    io.stderr:write(("tidelock ps: %s: %s\n"):format(watch.shown(what), why))
    return CANNOT
  end
  local lines = { ("%-20s %7s  %s"):format("TASK", "PID", "STATE") }
  for _, task in ipairs(picture.take(watched).tasks) do
    lines[#lines + 1] = line_of(task)
    for _, title in ipairs(task.holds) do
      lines[#lines + 1] = ("%-20s %7s  holds %s"):format("", "", text.printable(title))
    end
  end
  watched:close()
  io.stdout:write(table.concat(lines, "\n"), "\n")
  return 0
end
