--- The commands of the prompt; what is none is Lua for the task that stands.
local view = require "explore.prompt.view"

local commands = {}

local HELP = [=[
step [N]   take the next step, or N of them, of whichever tasks
back [N]   go back a step, or N of them
goto N     go to before step N
where      the steps around here
ps         the tasks: what each is about to do, waits for, holds
objects    the objects with their state
locals     variables of the stopped function; its upvalues
stack      the calls that the stopped task is in
help, quit; an empty line is the last one again
Any other line is Lua, run in the stopped task: an expression is printed, variables can be set; = before it where it
looks like a command. Objects can be looked at, as by v:get() and q:size(); what would change them is refused.
]=]

local ENDED = "the schedule has ended: `back` goes to its last step, `goto N` to another"

local rows = {}

-- Whether it went: "interrupted", or nothing.
local function gone(well)
  return not well and "interrupted" or nil
end

local function ask(self, request, text)
  if not self.place.at then
    self:say(ENDED)
    return nil
  end
  local look = ("%d %s\n"):format(self.width, self.colours and "colours" or "plain")
  local answer, why = self.place:ask(request, look .. (text or ""))
  if why == "interrupted" then return nil, "interrupted" end
  if not answer then self:say "the schedule has ended" end
  return answer
end

local function asks(request)
  return function(self)
    local answer, why = ask(self, request)
    if answer then self:say(answer == "" and "none" or answer) end
    return why
  end
end

function rows.step(self, count)
  if not self.place.at then return self:say(ENDED) end
  return gone(self:go(self.place.at + count))
end

function rows.back(self, count)
  local at = self.place.at or #self.place.places + 1
  if at == 1 then return self:say "this is the first step" end
  return gone(self:go(math.max(at - count, 1)))
end

rows["goto"] = function(self, step, given)
  if not given then return self:say "which step? goto N" end
  return gone(self:go(self.place:place_of(step)))
end

function rows.where(self)
  self:say(view.where(self))
end

function rows.ps(self)
  local answer, why = ask(self, "tasks")
  if answer then self:say(view.tasks(self, answer)) end
  return why
end

rows.objects, rows.locals, rows.stack = asks "objects", asks "locals", asks "stack"

function rows.help(self)
  self:say(HELP)
end

function rows.quit()
  return "quit"
end

local COUNTED = { step = true, back = true, ["goto"] = true }

--- Runs a line; returns "quit" or "interrupted" where that is the end.
function commands.run(self, line)
  local word, count = line:match "^%s*(%l+)%s*(%d*)%s*$"
  local number = math.tointeger(tonumber(count))
  if word and rows[word] and (count == "" or COUNTED[word] and number) then
    return rows[word](self, number or 1, number ~= nil)
  end
  if line:find "^%s*$" then return nil end
  local answer, why = ask(self, "eval", (line:gsub("^%s*=", "")))
  if answer then self:say(answer) end
  return why
end

return commands
