--- Choose: which program is meant where none is named: the one that runs, or one of those.
local terminal = require "terminal.keys"
local watch = require "top.watch"

local NO_PROGRAM = "no program of tidelock runs that you may look into; start one, or name a space: tidelock %s SPACE"

local function refuse(why) error({ wrong = why, status = 1 }, 0) end

local function ask(programs)
  io.stdout:write "number or pid: "
  io.stdout:flush()
  local answer = tonumber((io.stdin:read "l"))
  for i, program in ipairs(programs) do
    if answer == i or answer == program.pid then return program.pid end
  end
  refuse "none was chosen"
end

--- Its pid, as a text. `asks`: who is at a terminal is asked, where there are several.
---@param command string for what is told where there is none
return function(command, asks)
  local programs, lines = watch.programs(), {}
  if #programs == 0 then refuse(NO_PROGRAM:format(command)) end
  if #programs == 1 then return ("%d"):format(programs[1].pid) end
  for i, program in ipairs(programs) do lines[i] = ("%3d  %s (pid %d)"):format(i, program.title, program.pid) end
  local list = table.concat(lines, "\n")
  if not asks or not terminal.is_terminal() then refuse("several programs run: name one by its pid\n" .. list) end
  io.stdout:write("which program?\n", list, "\n")
  return ("%d"):format(ask(programs))
end
