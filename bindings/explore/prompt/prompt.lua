--- Prompt: `tidelock replay -i`: the schedule stops before its failing step, and the user looks around, goes back and
-- on.
local commands = require "explore.prompt.commands"
local failure = require "explore.schedule.failure"
local paint = require "terminal.paint"
local source = require "explore.story.source"
local standing = require "explore.prompt.standing"
local story_of = require "explore.story.story"
local view = require "explore.prompt.view"
local write = require "explore.report.report"

local FOUND, INTERRUPTED = 1, 130
local STDIN = 0

local prompt = {}
prompt.__index = prompt

--- Writes lines for the user.
function prompt.say(_, text)
  if text == "" then return end
  io.stdout:write(text, text:find "\n$" and "" or "\n")
end

-- What the script has written that has not been shown yet: after a step back it writes the same again.
local function show_output(self)
  local text, shown = self.place:output(), self.shown
  if shown:sub(1, #text) == text then return end
  self:say(text:sub(1, #shown) == shown and text:sub(#shown + 1) or text)
  self.shown = text
end

local function show_end(self)
  local run = self.place.ended
  if self.place.astray then
    self:say(("the schedule has ended: %s"):format(view.ending(run)))
  elseif failure.is(run) then
    self.explanation = self.explanation or write.failure(self.here, self.whole)
    self:say(self.explanation)
  else
    self:say "passed: no failure under this schedule"
  end
  if failure.is(run) then self.status = FOUND end
end

--- Goes to the place of that number, and says what is there; false: interrupted.
function prompt:go(index)
  if not self.place:go(index) then return false end
  show_output(self)
  if self.place.astray then
    self:say(("not as recorded, from step %d on: what was changed here has changed the schedule"):format(
      self.place.astray))
  end
  if self.place.at then self:say(view.here(self)) else show_end(self) end
  return true
end

local function welcome(self)
  if not self.here.system.is_terminal(STDIN) then return end
  self:say(("%d steps; `help` tells what can be done here"):format(self.whole.run.steps))
end

-- The next line; nil: the end, and whether by Ctrl-C.
local function read(self)
  if self.here.system.is_terminal(STDIN) then
    io.stdout:write(self.place.at and ("step %d> "):format(self.place.step) or "end> ")
  end
  io.stdout:flush()
  local line, why = require "explore.host".line()
  if not line and self.here.system.is_terminal(STDIN) then io.stdout:write "\n" end
  return line, why
end

local function loop(self)
  while true do
    local line, why = read(self)
    if why == "interrupted" then return INTERRUPTED end
    if not line then return self.status end
    if line:find "^%s*$" then line = self.last or "" end
    self.last = line
    local what = commands.run(self, line)
    if what == "interrupted" then return INTERRUPTED end
    if what == "quit" then return self.status end
  end
end

--- Runs the prompt for an open session with a script's failing schedule: `whole` is what it was found to be, under
--- the plan. Returns the exit status: 1 once the failure has been reached.
return function(here, script, whole)
  local self = setmetatable({
    here = here, whole = whole, shown = "", status = 0, story = story_of.of(whole, source.new(script)),
    place = standing.new(here, whole),
  }, prompt)
  local width, color = here:look()
  self.width, self.paint, self.colours = math.min(width or 100, 100), paint.new(color), color
  welcome(self)
  local ender = whole.run.ending ~= "deadlock" and failure.is(whole.run) and whole.run.ender or nil
  local first = self.place:last_of(ender)
  local well = self:go(first)
  local status = well and loop(self) or INTERRUPTED
  self.place:drop()
  io.stdout:flush()
  return status
end
