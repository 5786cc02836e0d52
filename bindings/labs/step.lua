--- Step: the failing schedule of a lab's file, a key a task; a lab of kind "break" is played with the same keys.
local check = require "labs.check"
local step_view = require "labs.step_view"
local stepper = require "labs.stepper"
local words = require "labs.words"

local step = {}

local ROWS = 24

local function task_of_key(self, key)
  for _, task in ipairs(step_view.tasks(self.stepper.at.story)) do
    if task.key == key then return task end
  end
end

-- In a lab that is to be broken, that is what was to be done.
local function keep(self)
  local ending = self.stepper.at.ending
  if self.lab.kind ~= "break" or not ending or not ending.broken or self.kept then return end
  self.kept = true
  self.progress:change(self.lab.name, function(row) row.state, row.tries = "done", row.tries + 1 end)
end

local KEYS = {}
function KEYS.q() return "quit" end
KEYS["ctrl-c"], KEYS["ctrl-d"], KEYS.eof, KEYS.escape = KEYS.q, KEYS.q, KEYS.q, KEYS.q
function KEYS.u(self)
  if not self.stepper:undo() then self.told = "this is the first choice" end
end
function KEYS.r(self) self.stepper:restart() end
function KEYS.enter(self)
  local at = self.stepper.at
  if at.ending or self.stepper:follow() then return end
  self.told = self.stepper.recorded and "you have left the schedule that was found: u goes back to it"
    or "there is no schedule to follow: choose a task by its key"
end
KEYS.space, KEYS[" "] = KEYS.enter, KEYS.enter

local function press(self, key)
  self.told = nil
  if KEYS[key] then return KEYS[key](self) end
  local task = task_of_key(self, key)
  if task and not self.stepper.at.ending and not self.stepper:step(task.path) then
    self.told = ("%s cannot go on now"):format(task.name)
  end
end

local function loop(self, keys)
  repeat
    local columns, rows = keys.size()
    self.width, self.rows = columns or self.width, rows or ROWS
    keys.write(step_view.screen(self))
    local ending = press(self, (keys.read()))
    keep(self)
  until ending
end

-- Raises { wrong = text } where it is to be told.
local function open(lab, path, recorded)
  local opened = stepper.open(lab, path, recorded)
  if opened.at then return opened end
  opened:close()
  error({ wrong = "interrupted", status = 130 }, 0)
end

--- Plays on the terminal; `verdict`: of the lab's file, or nil.
function step.play(here, lab, verdict)
  local keys = require "terminal.keys"
  local path = lab.kind ~= "break" and here:path(lab) or nil
  local self = { lab = lab, paint = here.paint, progress = here.progress, width = here.width,
    stepper = open(lab, path, verdict and verdict.recorded) }
  assert(keys.start())
  local well, why = pcall(loop, self, keys)
  keys.stop()
  self.stepper:close()
  if not well then error(why, 0) end
end

--- For dev check: whether some schedule breaks a lab that is to be broken; nil and why not.
function step.prove(lab, cap)
  local verdict = check(lab, nil, { width = 80, color = false, cap = cap })
  if verdict.state == "rejected" then return verdict end
  return nil, ("no schedule breaks it: %s"):format(verdict.sentence or verdict.state)
end

local function say_done(here, lab)
  if here.progress:of(lab.name).state ~= "done" then return 1 end
  local following = here:next(lab)
  here:say("%s is done.%s", lab.title, following and following ~= lab
    and (" Next: tidelock lab start %s"):format(following.name) or "")
  return 0
end

--- The command.
function step.run(here, found)
  local lab = found.words[1] and here:lab(found.words[1]) or here:next()
  if not lab then
    here:say "All labs are done: name the one to step through, tidelock lab step NAME"
    return 0
  end
  if not require "terminal.keys".is_terminal() then
    error({ wrong = "lab step takes keys: run it on a terminal", status = 2 }, 0)
  end
  if lab.kind == "break" then
    here:say(words.wrapped(lab.story, here.width))
    step.play(here, lab)
    return say_done(here, lab)
  end
  local verdict = check(lab, here:path(lab), { width = here.width, color = here.color })
  if verdict.state == "unread" or verdict.state == "interrupted" then
    here:say((verdict.text:gsub("\n+$", "")))
    return 2
  end
  step.play(here, lab, verdict)
  if verdict.state == "passed" then here:say("%s passes: there is no failing schedule", lab.name) end
  return 0
end

return step
