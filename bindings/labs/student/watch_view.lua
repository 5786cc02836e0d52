--- Watch view: what the screen shows while a lab is watched.
local hint = require "labs.student.hint"
local list = require "labs.student.list"
local story = require "labs.student.story"
local words = require "labs.words"

local watch_view = {}

local CLEAR, BAR = "\27[H\27[2J\27[3J", 20

-- "[#####---------------] 3 of 26 done"
local function bar(here)
  local done, all = here:count_done(), #here.pack.labs
  local filled = BAR * done // all
  return ("[%s%s] %d of %d done"):format(here.paint:as("green", ("#"):rep(filled)), ("-"):rep(BAR - filled), done, all)
end

local function is_done(self) return self.here.progress:of(self.lab.name).state == "done" end

-- Which keys there are now: { key, what it does }.
local function keys_of(self)
  local row, lab = self.here.progress:of(self.lab.name), self.lab
  local rows = {}
  local function add(key, text) rows[#rows + 1] = self.here.paint:as("bold", key) .. " " .. text end
  local passed = is_done(self)
  add("n", passed and "next" or "skip")
  add("h", hint.is_due(self.here, lab) and "hint on that" or row.hints >= #lab.hints and "hints"
    or ("hint %d of %d"):format(row.hints + 1, #lab.hints))
  if lab.kind == "break" then
    add("s", "play")
  elseif self.verdict and self.verdict.state == "rejected" then
    add("s", "step through it")
  end
  if passed and lab.kind ~= "break" then add("o", "other solutions") end
  if self.verdict then add("t", self.shown_story and "verdict" or "story") end
  add("l", "list")
  if lab.kind ~= "break" then
    add("c", "check")
    add("x", "starter again")
  end
  add("q", "quit")
  return words.row(rows, self.here.width)
end

local function middle(self)
  local here = self.here
  if self.checking then return here.paint:as("dim", "checking ...") end
  if self.verdict and not self.shown_story and self.verdict.state ~= "interrupted" then
    return (self.verdict.text:gsub("\n+$", ""))
  end
  return story.body(here, self.lab)
end

local function file_line(self)
  local here = self.here
  if self.lab.kind == "break" then return "Press s: you are the scheduler." end
  local text = ("file: %s"):format(here.paint:as("bold", here:path(self.lab)))
  return self.verdict and not self.shown_story and text or text .. "   it is checked when you save it"
end

-- As many lines as there is room for, around that of the lab.
local function window(lines, number, room)
  if #lines <= room then return lines end
  local first = math.max(1, math.min(number - room // 2, #lines - room + 1))
  return table.move(lines, first, first + room - 1, 1, {})
end

local function list_screen(self)
  local _, rows = self.keys.size()
  local lines = window(list.lines(self.here, self.lab), self.lab.number, math.max((rows or 1000) - 4, 3))
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("a number and Enter: go to that lab   any other key: back   %s"):format(self.number)
  return table.concat(lines, "\n")
end

-- What is done stays so; it is said of the file that is there.
local function has_just_passed(self)
  if self.lab.kind == "break" then return true end
  return not self.checking and self.verdict and self.verdict.state == "passed"
end

--- The whole screen.
function watch_view.screen(self)
  if self.shown_list then return CLEAR .. list_screen(self) end
  local here = self.here
  local parts = { story.heading(here, self.lab), "", middle(self), "" }
  if self.below then
    parts[#parts + 1] = self.below
    parts[#parts + 1] = ""
  end
  if is_done(self) and has_just_passed(self) then
    parts[#parts + 1] = here.paint:as("green", ("%s is done."):format(self.lab.title)) .. " n goes on."
  end
  parts[#parts + 1] = here.progress.wrong
  parts[#parts + 1] = file_line(self)
  parts[#parts + 1] = bar(here)
  parts[#parts + 1] = keys_of(self)
  return CLEAR .. table.concat(parts, "\n") .. "\n"
end

return watch_view
