--- Verdict: what came of a check, and the screen that tells it.
local findings = require "judge.findings"
local first_line = require "explore.explain.first_line"
local moves = require "explore.schedule.moves"
local remark = require "judge.remark"
local screen = require "judge.screen"

local verdict = {}

local WORDS = { unfinished = "passed so far" }

local function is_exhausted(finder)
  return finder.exhausted or false
end

-- How many schedules, in words.
local function counted(finder)
  local number = first_line.number(finder.taken)
  local bound = finder.options.switches
  if not is_exhausted(finder) then
    return ("%s schedules, not all that there are: lab check --deep tries the rest"):format(number)
  end
  return ("all %s schedules%s"):format(number, bound and (" with up to %d switch%s"):format(bound,
    bound == 1 and "" or "es") or "")
end

-- What never came true, by property.
local function missing_of(state)
  local found = {}
  for _, each in ipairs(state and findings.missing(state) or {}) do found[each.property] = each.text end
  return found
end

-- Whether a property holds, and why not; nil: that is not known, as another one has failed first, or none has passed.
local function judged(self, state, name, missing)
  if self.property == name then return false, self.sentence end
  local failed = state and state.failed[name]
  if failed then
    local said = findings.said(failed.run)
    return false, said and said.sentence or ("%s: %s fails too"):format(self.lab.title, name)
  end
  if self.state == "passed" then return true end
  if not state or state.passed == 0 then return nil end
  if missing[name] then
    if state.judged and self.state ~= "unfinished" then return false, missing[name] end
    return nil
  end
  if state.judged or self.state == "unfinished" then return true end
end

local function properties_of(lab, state, self)
  local list, missing = {}, missing_of(state)
  for name, most in pairs(lab.points or {}) do
    local row = { name = name, most = most }
    row.passed, row.message = judged(self, state, name, missing)
    if row.passed ~= nil then row.points = row.passed and most or 0 end
    list[#list + 1] = row
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

local function new(lab, path, state)
  return { lab = lab, name = lab.name or lab.title, path = path, state = state, exhausted = false, schedules = 0,
    seed = 1, seconds = 0, text = "" }
end

--- The file cannot be checked.
function verdict.unread(lab, path, why, options)
  local self = new(lab, path, "unread")
  self.sentence = why
  screen.tell_plain(self, "does not load", options)
  self.properties = properties_of(lab, nil, self)
  return self
end

local function reject(self, property, sentence)
  self.state, self.property, self.sentence = "rejected", property, sentence
end

-- A schedule that has passed, though the lab was not over: main was ended, or has never come to the end.
local function ended_early(given)
  return given.state.passed > 0 and not given.state.labels["lab:over"]
end

local function judge(self, given)
  local finder, missing = given.finder, findings.missing(given.state)
  if given.whole then
    screen.tell_failure(self, given)
  elseif ended_early(given) then
    reject(self, "ends", "the program ended before the lab was over")
  elseif given.state.why == "interrupted" then
    self.state, self.sentence = "interrupted", ("after %s schedules"):format(first_line.number(finder.taken))
  elseif given.state.why == "time" then
    self.state = "unfinished"
    self.sentence = ("none of %s schedules failed, and then the time was over: it counts as passed; --deep tries the "
      .. "rest"):format(first_line.number(finder.taken))
  elseif #missing > 0 then
    reject(self, missing[1].property, ("%s, in all %s schedules"):format(missing[1].text,
      first_line.number(finder.taken)))
    screen.tell_too_strong(self, given, given.passing())
  else
    self.state, self.sentence = "passed", counted(finder)
    self.remark = remark.of(given)
  end
end

--- given: lab, path, options, finder (the search), state (judge/findings), whole (the failing schedule, or nil),
-- seconds, passing (a function that returns a schedule that passed, of that plan or the first one), run (a function
-- that runs a plan).
function verdict.new(given)
  local self = new(given.lab, given.path, "passed")
  self.exhausted, self.schedules = is_exhausted(given.finder), given.finder.taken
  self.seconds, self.seed = given.seconds, given.options.seed or 1
  if given.whole then
    self.moves, self.recorded = moves.text(given.whole.short), moves.of_events(given.whole.events)
  end
  judge(self, given)
  if self.text == "" then screen.tell_plain(self, WORDS[self.state], given.options) end
  self.properties = properties_of(given.lab, given.state, self)
  return self
end

return verdict
