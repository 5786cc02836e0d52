--- Watch: the lab's file is checked at each save; on a terminal with keys, without Enter.
local attempt = require "labs.student.attempt"
local files = require "labs.files"
local hint = require "labs.student.hint"
local saves = require "labs.student.saves"
local story = require "labs.student.story"
local watch_view = require "labs.student.watch_view"
local words = require "labs.words"

local watch = {}

local BEAT = 0.1 -- seconds between two looks at keys and file

-- ---- the state: here, lab, verdict, saves, keys ----

local function begin_lab(self, lab)
  if self.saves then self.saves:close() end
  self.lab, self.verdict, self.below, self.shown_list, self.shown_story = lab, nil, nil, nil, nil
  self.here:put_starter(lab)
  self.saves = saves.new(self.here:path(lab))
  self.shown_hints = 0
end

-- Keys that come while a file is checked are kept; some of them end the check.
local function make_stop(self)
  return function()
    local key = self.keys.read(0)
    if not key then return false end
    self.typed[#self.typed + 1] = key
    return key == "q" or key == "ctrl-c" or key == "n" or key == "x" or key == "eof"
  end
end

local function show(self) self.keys.write(watch_view.screen(self)) end

local function check(self)
  self.below, self.shown_story = nil, nil
  if self.lab.kind == "break" then return end
  self.checking = true
  show(self)
  local well, verdict = pcall(attempt.run, self.here, self.lab, { stop = make_stop(self) })
  self.checking = false
  if well then
    self.verdict = verdict
  elseif type(verdict) == "table" and verdict.wrong then
    self.verdict, self.below = nil, verdict.wrong
  else
    error(verdict, 0)
  end
end

-- ---- keys ----

local function is_done(self) return self.here.progress:of(self.lab.name).state == "done" end

local function go(self, lab)
  begin_lab(self, lab)
  if self.here.progress:of(lab.name).tries > 0 then check(self) end
end

local KEYS = {}

function KEYS.resize(self)
  self.here:resize((self.keys.size()))
  if self.verdict then self.verdict.text = self.verdict.at(self.here.width) end
end

-- On to the next one: what is not done is kept for later.
function KEYS.n(self)
  local here, lab = self.here, self.lab
  if not is_done(self) then
    here.progress:change(lab.name, function(row) row.state = "skipped" end)
  end
  local following = here:next(lab)
  if following and following ~= lab then return go(self, following) end
  if following then
    self.below = "this is the last one that is open"
  else
    return "over"
  end
end

function KEYS.h(self)
  if hint.is_due(self.here, self.lab) then
    self.below = hint.of_verdict(self.here, self.lab)
    return
  end
  self.shown_hints = hint.more(self.here, self.lab)
  self.below = hint.text(self.here, self.lab, self.shown_hints)
end

function KEYS.l(self)
  self.shown_list, self.number = true, ""
end

function KEYS.s(self)
  self.keys.stop()
  self.keys.write "\27[H\27[2J"
  require "labs.student.step".play(self.here, self.lab, self.verdict)
  assert(self.keys.start())
end

KEYS.c = check

-- The story again, and the verdict again.
function KEYS.t(self) self.shown_story, self.below = not self.shown_story, nil end

function KEYS.x(self)
  if self.lab.kind == "break" then return end
  local told = require "labs.student.reset".lab(self.here, self.lab)
  self.saves:ask()
  self.saves = saves.new(self.here:path(self.lab))
  self.verdict, self.below = nil, told
end

function KEYS.o(self)
  if self.lab.kind == "break" then return end
  local solution = require "labs.student.solution"
  if solution.is_open(self.here, self.lab) then
    self.below = solution.text(self.here, self.lab, true)
  else
    self.below = "the solution opens when your file has passed"
  end
end

function KEYS.q() return "quit" end
KEYS["ctrl-c"], KEYS["ctrl-d"], KEYS.eof = KEYS.q, KEYS.q, KEYS.q

-- In the list: a number and Enter go to that lab.
local function list_key(self, key)
  if key:find "^%d$" then
    self.number = (self.number .. key):sub(-3)
  elseif key == "backspace" then
    self.number = self.number:sub(1, -2)
  elseif key == "enter" then
    local lab = self.number ~= "" and self.here.pack.labs[tonumber(self.number)]
    self.shown_list = nil
    if lab then go(self, lab) end
  elseif KEYS[key] == KEYS.q and key ~= "q" then
    return "quit"
  else
    self.shown_list = nil
  end
end

local function press(self, key)
  if key == "paste" then return nil end
  if self.shown_list and key ~= "resize" then return list_key(self, key) end
  local action = KEYS[key]
  return action and action(self)
end

-- ---- loops ----

-- What came of the file; true: something is to be shown anew.
local function look_at_file(self)
  local what = self.saves:ask()
  if what == "gone" then
    self.below = ("%s is gone: save it again, or x puts the starter there"):format(self.here:path(self.lab))
  elseif what == "saved" then
    self.shown_list = nil
    check(self)
  elseif what == "back" then
    self.below = nil
  end
  return what ~= nil
end

local function next_key(self)
  local key = table.remove(self.typed, 1)
  if key then return key end
  return (self.keys.read(BEAT))
end

local function loop(self)
  show(self)
  while true do
    local key = next_key(self)
    local ending = key and press(self, key)
    if ending then return ending end
    if key or look_at_file(self) then show(self) end
  end
end

local function run_on_terminal(here, keys, lab)
  local self = { here = here, keys = keys, typed = {} }
  assert(keys.start())
  go(self, lab)
  local ending = loop(self)
  keys.stop()
  if ending == "over" then
    watch.say_over(here)
  else
    here:say("\n%d of %d done. tidelock lab goes on where you are.", here:count_done(), #here.pack.labs)
  end
  return 0
end

-- Without a terminal: a verdict at each save, until a signal comes.
local function run_plain(here, lab)
  here:put_starter(lab)
  here:say(story.text(here, lab))
  local watched = saves.new(here:path(lab))
  local what = "saved"
  repeat
    if what == "saved" then
      here:say("\n%s", (attempt.run(here, lab, {}).text:gsub("\n+$", "")))
    elseif what then
      here:say("%s is %s", here:path(lab), what)
    end
    io.stdout:flush()
    what = watched:ask()
  until not what and not files.sleep(BEAT)
  return 0
end

--- What is told when all is done.
function watch.say_over(here)
  here:say(words.wrapped(here.pack.final or "All labs are done.", here.width))
  here:say "tidelock lab check --all --deep checks them all again; tidelock lab solution NAME shows other ways."
end

--- The command, and what `tidelock lab` alone does.
function watch.run(here, found)
  local word = found.words[1]
  local lab = word and here:lab(word) or here:next()
  if not here:has_begun() then here.progress:save() end
  if not lab then
    watch.say_over(here)
    return 0
  end
  local keys = require "terminal.keys"
  if keys.is_terminal() then return run_on_terminal(here, keys, lab) end
  if lab.kind == "break" then
    error({ wrong = ("%s is played on a terminal: tidelock lab step %s"):format(lab.name, lab.name), status = 1 }, 0)
  end
  return run_plain(here, lab)
end

return watch
