--- Step: the failing schedule of a lab's file, a key a task; a lab of kind "break" is played with the same keys.
local check = require "judge.check"
local files = require "labs.files"
local moves = require "explore.schedule.moves"
local step_view = require "labs.student.step_view"
local stepper = require "judge.stepper"
local story = require "labs.student.story"
local text_file = require "labs.text_file"

local step = {}

local ROWS = 24

-- In a lab that is to be broken, that is what was to be done: it is kept by which schedule, for whoever grades it.
local function keep(self)
  if self.lab.kind ~= "break" or self.kept then return end
  local ended = self.stepper:ended()
  if not ended or not ended.won then return end
  self.kept = true
  files.make(self.folder) -- nothing may have been begun
  local well, why = text_file.write(self.file, moves.text(moves.of_events(self.stepper.whole.events), " ") .. "\n")
  if not well then self.told = "the schedule cannot be kept: " .. why end
  self.progress:change(self.lab.name, function(row) row.state, row.tries = "done", row.tries + 1 end)
end

local function count(self) return #self.stepper.chosen end

local KEYS = {}
function KEYS.q() return "quit" end
KEYS["ctrl-c"], KEYS["ctrl-d"], KEYS.eof, KEYS.escape = KEYS.q, KEYS.q, KEYS.q, KEYS.q

function KEYS.u(self)
  if not self.stepper:undo() then self.told = "this is the first choice" end
  if self.left and count(self) <= self.left then self.left = nil end
end

function KEYS.r(self)
  while self.stepper:undo() do end -- luacheck: ignore 542
  self.left = nil
end

-- The next step of the schedule that was found, as long as it was not left.
function KEYS.enter(self)
  if self.stepper:ended() then return end
  if not self.recorded then
    self.told = "there is no schedule to follow: choose a task by its number"
  elseif self.left then
    self.told = "you have left the schedule that was found: u goes back to it"
  else
    self.stepper:play(self.recorded, count(self) + 1)
  end
end
KEYS.space, KEYS[" "] = KEYS.enter, KEYS.enter

local function press(self, key)
  self.told = nil
  if KEYS[key] then return KEYS[key](self) end
  local number = key:find "^[1-9]$" and math.tointeger(tonumber(key))
  if not number then return end
  local before = count(self)
  local well, why = self.stepper:step(number)
  if not well then
    self.told = why
  else
    self.left = self.left or before
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

-- A lab that is to be broken has its own code.
local function path_of(here, lab)
  if lab.kind == "break" then return nil end
  return here:path(lab)
end

--- Plays on the terminal; `verdict`: of the lab's file, or nil.
function step.play(here, lab, verdict)
  local keys = require "terminal.keys"
  local self = { lab = lab, paint = here.paint, progress = here.progress, folder = here.folder,
    file = here:path(lab), width = here.width,
    recorded = verdict and verdict.recorded and moves.text(verdict.recorded), stepper = stepper.open(lab,
    path_of(here, lab)) }
  assert(keys.start())
  local well, why = pcall(loop, self, keys)
  keys.stop()
  self.stepper:close()
  if not well then error(why, 0) end
end

--- For dev check: whether some schedule breaks a lab that is to be broken; nil and why not.
function step.prove(lab, cap)
  local path = lab.directory .. "/code.lua"
  local verdict = check(lab, path, { width = 80, color = false, cap = cap })
  if not verdict.recorded then return nil, ("no schedule breaks it: %s"):format(verdict.sentence or verdict.state) end
  local ended = stepper.verdict(lab, path, moves.text(verdict.recorded))
  if ended and ended.won then return verdict end
  return nil, ("what breaks it is not its goal: %s"):format(verdict.sentence)
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
    here:say(story.body(here, lab))
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
