--- Stepper: a lab's world, of which somebody else is the scheduler: a schedule is made a step at a time, and undone.
--
-- Each position is a schedule of its own that is run from its beginning: a step back costs no more than one on. Where
-- only one task can go on there is nothing to choose, and it goes on; so does main while it starts the others.
local failure = require "explore.failure"
local findings = require "judge.findings"
local hunt = require "judge.hunt"
local moves = require "explore.moves"
local sentence = require "judge.sentence"
local session = require "explore.session"
local source = require "explore.source"
local story_of = require "explore.story"
local words = require "judge.words"

local stepper = {}
stepper.__index = stepper

local PATIENCE = 5

local function is_choice(event)
  if not moves.STEPS[event.how] or event.how == "dies" or event.how == "starts" then return false end
  if event.task == "0" and event.op == "start" then return false end
  return event.could ~= nil and #event.could > 1
end

-- The position behind event `at` where somebody is to choose, and who could go on there; the end, and nil.
local function next_choice(events, at)
  for i = at + 1, #events do
    if is_choice(events[i]) then return i - 1, events[i].could end
  end
  return #events, nil
end

-- How many steps there are among the first `count` events.
local function steps_in(events, count)
  local steps = 0
  for i = 1, count do
    if moves.STEPS[events[i].how] then steps = steps + 1 end
  end
  return steps
end

-- How a schedule has ended: { broken = true or false, text =, property = }.
local function ending_of(story, run)
  if not failure.is(run) then return { broken = false, text = "every task came to its end, and nothing broke" } end
  local said = findings.said(run)
  return { broken = true, text = sentence.of(story, said), property = findings.property(run) }
end

local function whole_of(self, prefix)
  return self.here:whole(hunt.plan({ moves = moves.text(prefix, " "), strategy = "none", tells = true }, self.lab))
end

-- The schedule that begins with these moves, up to the next choice; nil: interrupted.
local function run(self, prefix)
  local whole = whole_of(self, prefix)
  if not whole then return nil end
  local story = story_of.of(whole, source.new(self.path))
  story.words = words.of
  for _, step in ipairs(story.steps) do
    local told = (whole.told or {})[step.step]
    step.said = told and told.say or nil
  end
  local count, could = next_choice(whole.events, #prefix)
  return {
    story = story, prefix = moves.of_events(whole.events, count), could = could,
    shown = steps_in(whole.events, count), ending = not could and ending_of(story, whole.run) or nil,
  }
end

-- The moves of the recorded schedule up to the first choice behind event `at`.
local function recorded_to(self, at)
  return moves.of_events(self.events, (next_choice(self.events, at)))
end

--- Opens the world of a lab with the file of that path, or with the code that the lab gives. `recorded`: the moves of a
--- schedule to go through, or nil.
function stepper.open(lab, path, recorded)
  local self = setmetatable({ lab = lab, path = path or lab.directory .. "/lab.lua", recorded = recorded, back = {} },
    stepper)
  self.here = session.open{
    script = "=judge.world", arguments = { lab.directory .. "/lab.lua", path or "", "" }, jobs = 1, seed = 1,
    patience = PATIENCE, input = false,
  }
  local whole = recorded and whole_of(self, recorded)
  self.events = whole and whole.events
  self.at = run(self, self.events and recorded_to(self, 0) or {})
  return self
end

function stepper:close() self.here:close() end

local function go(self, prefix)
  local position = run(self, prefix)
  if not position then return false end
  self.back[#self.back + 1], self.at = self.at, position
  return true
end

--- The task of that path takes its next step; false: it cannot.
function stepper:step(path)
  for _, each in ipairs(self.at.could or {}) do
    if each == path then
      local prefix = table.move(self.at.prefix, 1, #self.at.prefix, 1, {})
      prefix[#prefix + 1] = path
      return go(self, prefix)
    end
  end
  return false
end

--- Whether the schedule so far is the recorded one.
function stepper:is_recorded()
  if not self.recorded or #self.recorded < #self.at.prefix then return false end
  for i, move in ipairs(self.at.prefix) do
    if self.recorded[i] ~= move then return false end
  end
  return true
end

--- The next step of the recorded schedule; false: there is none, or it was left.
function stepper:follow()
  if self.at.ending or not self:is_recorded() then return false end
  return go(self, recorded_to(self, #self.at.prefix + 1))
end

--- One choice back; false: it is the first one.
function stepper:undo()
  if #self.back == 0 then return false end
  self.at = table.remove(self.back)
  return true
end

--- To the first choice.
function stepper:restart()
  while self:undo() do end
end

--- The line, and its text, that a task is about to be in; nil: not known.
function stepper:next_line(path)
  local steps = self.at.story.steps
  for i = self.at.shown + 1, #steps do
    local step = steps[i]
    if step.task == path then return step.line, self.at.story.script:line(step.file, step.line) end
  end
end

return stepper
