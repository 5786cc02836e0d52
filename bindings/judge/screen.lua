--- Screen: a verdict as text, one screen of 80 columns.
local endless = require "judge.endless"
local findings = require "judge.findings"
local draw = require "explore.table"
local explain = require "explore.explain"
local first_line = require "explore.first_line"
local message = require "explore.message"
local paint = require "explore.paint"
local wrap = require "explore.wrap"

local screen = {}

local WIDTH = 80

local function join(lines)
  return table.concat(lines, "\n") .. "\n"
end

local function add(lines, text, width)
  for _, line in ipairs(wrap.lines(text, width, "  ")) do lines[#lines + 1] = line end
end

--- A verdict without a table.
function screen.plain(self, what)
  local lines = {}
  add(lines, ("%s: %s. %s"):format(self.name, what or self.state, self.sentence), WIDTH)
  return join(lines)
end

function screen.too_strong(self)
  return screen.plain(self)
end

local function last_line(run)
  return message.lines(run, 1)[1] or run.ending
end

local function sentence_of(run, said)
  if not said then return last_line(run) end
  if said.what == "reject" then return said.sentence end
  if said.what == "cheat" then return ("`%s` %s"):format(said.name, said.why) end
  if said.what == "loop" then return ("an endless loop at %s: it makes no call that another task could see"):format(
    said.place) end
  if said.what == "steps" then return ("it does not end: %s steps, and no end in sight; it is at %s"):format(said.steps,
    said.place) end
  return said.sentence
end

local function counted(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or (word:find "ch$" and "es" or "s"))
end

local function how(given)
  local cost = given.whole.cost
  return ("schedule %s, shrunk to %s, %s"):format(first_line.number(given.whole.number),
    counted(cost.preemptions, "switch"), counted(cost.steps, "step"))
end

--- The verdict of a schedule that failed.
function screen.tell_failure(self, given)
  local run = given.whole.run
  local said = findings.said(run)
  self.state = said and said.what == "unread" and "unread" or "rejected"
  self.property, self.sentence = findings.property(run), sentence_of(run, said)
  if self.state == "unread" then self.text = screen.plain(self, "does not load") return end
  local brush, width = paint.new(given.options.color), given.options.width or WIDTH
  local story, pattern = explain.understand(given.whole, given.path, given.run)
  self.sentence = endless.sentence(story) or self.sentence
  local lines = {}
  add(lines, ("%s: rejected. %s (%s)"):format(self.name, self.sentence, how(given)), width)
  for _, line in ipairs((draw.lines(story, brush, width))) do lines[#lines + 1] = line end
  if pattern then add(lines, "why: " .. pattern.text, width) end
  self.text = join(lines)
end

return screen
