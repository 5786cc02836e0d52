--- Chart: a trace as lines of signs: a row a task, time from left to right.
local cells_of = require "timeline.chart.cells"
local holds = require "timeline.holds"
local object_rows = require "timeline.chart.object_rows"
local times = require "timeline.times"
local wrap = require "terminal.wrap"

local chart = {}

local NARROWEST, WIDEST_NAME, GAP, A_TICK = 10, 22, 2, 11

-- Where a cell of several tasks differs: what has happened there goes before what lasted.
local PRIORITY = { killed = 4, failed = 3, absent = -1 }

-- Of a row that stands for many tasks: how many of them run, as a height.
local function crowd_sign(self, tasks, c)
  local worst, ran, living, counts = nil, 0, 0, {}
  for _, task in ipairs(tasks) do
    local state, share = self.cells:state(task, c)
    if PRIORITY[state] and PRIORITY[state] > 0 and (not worst or PRIORITY[state] > PRIORITY[worst]) then
      worst = state
    end
    if state ~= "absent" then living = living + 1 end
    counts[state] = (counts[state] or 0) + 1
    ran = ran + share
  end
  if worst then return { self.glyphs.sign(worst), self.glyphs.colour(worst), worst } end
  if living == 0 then return { " " } end
  if ran / #tasks > 0.02 then
    self.crowd = true
    return { self.glyphs.level(math.min(ran / #tasks, 1)), "green" }
  end
  local most
  for _, state in ipairs{ "waits", "sleeps", "keeps", "brief", "stands", "runs", "holds", "ended" } do
    if counts[state] and (not most or counts[state] > counts[most]) then most = state end
  end
  return { self.glyphs.sign(most), self.glyphs.colour(most), most }
end

local function task_signs(self, row)
  local signs = {}
  for c = 1, self.cells.count do
    if #row.tasks > 1 then
      signs[c] = crowd_sign(self, row.tasks, c)
    else
      local state = self.cells:state(row.tasks[1], c)
      signs[c] = { self.glyphs.sign(state), self.glyphs.colour(state), state }
    end
  end
  return signs
end

-- The signs as text, those of one colour painted at once; blanks at the end are left out.
local function painted(self, signs)
  local last = #signs
  while last > 0 and signs[last][1] == " " do last = last - 1 end
  local parts, at = {}, 1
  while at <= last do
    local colour, run = signs[at][2], {}
    while at <= last and signs[at][2] == colour do
      run[#run + 1] = signs[at][1]
      at = at + 1
    end
    local text = table.concat(run)
    parts[#parts + 1] = colour and self.paint:as(colour, text) or text
  end
  return table.concat(parts)
end

local function label(self, name)
  return wrap.pad(wrap.cut(name, self.name_width), self.name_width) .. (" "):rep(GAP)
end

-- Two lines: the times, and their ticks.  A time stands right of its tick, if the line has room for it.
local function add_scale(self, lines)
  local cells = self.cells
  local ticks, unit = times.ticks(cells.from, cells.to, math.max(cells.count // A_TICK, 1), self.trace.logical)
  local text, marks = (" "):rep(cells.count), {}
  for c = 1, cells.count do marks[c] = " " end
  local free = 1
  for n, tick in ipairs(ticks) do
    local c = cells:at(tick.time)
    local word = n == #ticks and tick.text .. " " .. (unit == "us" and self.glyphs.micro or unit) or tick.text
    local at = c
    if at + #word - 1 > cells.count then at = cells.count - #word + 1 end
    marks[c] = self.glyphs.tick
    if at >= free and at >= 1 then
      local width = wrap.length(word)
      text = text:sub(1, at - 1) .. word .. (" "):rep(cells.count - at - width + 1)
      free = at + width + 1
    end
  end
  lines[#lines + 1] = label(self, "") .. self.paint:as("dim", (text:gsub("%s+$", "")))
  lines[#lines + 1] = label(self, "") .. self.paint:as("dim", (table.concat(marks):gsub("%s+$", "")))
end

local function add_legend(self, lines)
  local line = ""
  for _, each in ipairs(self.glyphs.legend(self.seen)) do
    local sign, text = self.glyphs.sign(each[1]), each[2]
    local plain = sign .. " " .. text
    if line ~= "" and self.used + 3 + wrap.length(plain) > self.width then
      lines[#lines + 1], line = line, ""
    end
    local shown = self.paint:as(self.glyphs.colour(each[1]) or "bold", sign) .. " " .. text
    self.used = line == "" and wrap.length(plain) or self.used + 3 + wrap.length(plain)
    line = line == "" and shown or line .. "   " .. shown
  end
  if line ~= "" then lines[#lines + 1] = line end
  if self.crowd then
    lines[#lines + 1] = ("%s%s how many of several tasks run"):format(self.glyphs.level(0.1), self.glyphs.level(1))
  end
end

local function name_width(self)
  local width = NARROWEST
  for _, row in ipairs(self.rows) do width = math.max(width, wrap.length(row.name)) end
  for _, object in ipairs(self.objects) do width = math.max(width, wrap.length(self.names:object(object))) end
  return math.min(width, WIDEST_NAME)
end

local function add_row(self, lines, name, signs)
  for _, sign in ipairs(signs) do
    if sign[3] and sign[3] ~= "absent" then self.seen[sign[3]] = true end
  end
  lines[#lines + 1] = self.paint:as("bold", label(self, name)) .. painted(self, signs)
end

--- The lines.  `view` has trace, names, study, holds, depth, rows, glyphs, paint, from, to and width.
function chart.lines(view)
  local self = setmetatable({ seen = {}, used = 0 }, { __index = view })
  local lines = {}
  self.held = holds.within(view.holds, 0, view.trace.length)
  self.objects = object_rows.chosen(self)
  self.name_width = name_width(self)
  local room = math.max(view.width - self.name_width - GAP, NARROWEST)
  self.cells = cells_of.of(view.trace, view.holds, view.from, view.to, room)
  add_scale(self, lines)
  for _, row in ipairs(view.rows) do add_row(self, lines, row.name, task_signs(self, row)) end
  if #self.objects > 0 then lines[#lines + 1] = "" end
  local signs = object_rows.signs(self, self.objects)
  for i, object in ipairs(self.objects) do add_row(self, lines, self.names:object(object), signs[i]) end
  lines[#lines + 1] = ""
  add_legend(self, lines)
  return lines
end

return chart
