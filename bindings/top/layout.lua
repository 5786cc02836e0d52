--- Layout: a picture, and what the keys have chosen, as the lines of a screen.
local columns = require "top.columns"
local graph = require "top.graph"
local keys = require "top.keys"
local picture = require "top.picture"
local plain = require "top.plain"
local text = require "terminal.text"
local wrap = require "terminal.wrap"

local layout = {}

local HEADER, FOOTER = 3, 1
local HELP_KEYS = {
  { "arrows PgUp PgDn Home End", "choose a row" }, { "Tab", "tasks or objects" }, { "F3 /", "search" },
  { "F4 \\", "filter (Escape: all)" }, { "F5 t", "tree" }, { "F6 < >", "sort by the next column" }, { "Space", "tag" },
  { "U", "no tags" }, { "Enter s", "details" }, { "g", "who waits for whom, circles in red" },
  { "F9 k", "end a task (asks first)" }, { "p", "pause" }, { "+ -", "look more often, less often" },
  { "h F1 ?", "this help" }, { "q F10 Ctrl-C", "quit" },
}
local HELP_WORDS = {
  "It only reads: no lock is taken, nothing in the program is written or stopped.",
  "SINCE: how long it has waited. CPU%: of its thread. SLEEP/S: how often it went to sleep.",
  "OP/S: messages put and got a second, of fifo queues and pipes; operations on other objects are not counted.",
  "DEPTH: how full. \"?\": it changed each time that it was read.",
}
local HELP_COLUMN = 27
local HELP_NARROW = 20 -- columns that are too few for what a key does
local WIDEST = 2       -- columns of a character: into fewer it is never put

local PAINT = { red = "31;1", bold = "1", dim = "2", reverse = "7", green = "32", yellow = "33" }

local function painter(colours)
  return function(how, line)
    if how == "reverse" or colours then return ("\27[%sm%s\27[0m"):format(PAINT[how], line) end
    return line
  end
end

local function state_colour(row)
  if row.state == "ended" or row.state == "?" then return "red" end
  if row.state == "running" then return "green" end
  if row.state == "stopped" then return "yellow" end
end

-- The rows of a table that are shown in so many lines, the chosen one among them; the number of the first.
local function window(state, rows, which, height)
  local at, top = keys.chosen(state, rows, which), state.top[which]
  top = math.max(1, math.min(top, #rows - height + 1))
  if at < top then top = at end
  if at >= top + height then top = at - height + 1 end
  state.top[which] = top
  return table.move(rows, top, math.min(#rows, top + height - 1), 1, {}), top, at
end

local function add_table(lines, state, shot, which, height, width, paint)
  if height < 2 then return end
  local rows = keys.rows(state, shot, which)
  local shown, top, at = window(state, rows, which, height - 1)
  if state.focus == which then state.page = math.max(1, height - 2) end
  local table_lines = columns.lines(columns[which], shown, width, rows)
  local order = keys.order(state, which)
  local heading = table_lines[1] .. (order ~= "order" and "  by " .. order or "")
  lines[#lines + 1] = paint(state.focus == which and "reverse" or "bold", text.fit(heading, width))
  for i = 1, height - 1 do
    local row, line = shown[i], table_lines[i + 1] or ""
    if row and state.tags[row.key] then line = paint("yellow", line)
    elseif row and top + i - 1 == at and state.focus == which then line = paint("reverse", text.fit(line, width))
    elseif row and state_colour(row) then line = paint(state_colour(row), line) end
    lines[#lines + 1] = line
  end
end

local function add_scrolled(lines, state, list, height)
  state.scroll = math.max(1, math.min(state.scroll or 1, #list - height + 1))
  for i = state.scroll, state.scroll + height - 1 do lines[#lines + 1] = list[i] or "" end
end

-- What has no room in a line goes on below, behind the names.
local function add_wrapped(lines, name, value, width)
  local indent = 11
  repeat
    local part
    part, value = text.split(value, math.max(WIDEST, width - indent))
    lines[#lines + 1] = ("%-10s %s"):format(name, part)
    value = value:gsub("^ ", "")
    name = ""
  until value == ""
end

local function help(width)
  local lines = {}
  local function add(words) table.move(words, 1, #words, #lines + 1, lines) end
  for _, row in ipairs(HELP_KEYS) do
    local room = width - HELP_COLUMN
    if room < HELP_NARROW then
      add(wrap.lines(row[1] .. "  " .. row[2], width, "  "))
    else
      local words = wrap.lines(row[2], room)
      for i, line in ipairs(words) do words[i] = wrap.pad(i == 1 and row[1] or "", HELP_COLUMN) .. line end
      add(words)
    end
  end
  add{ "" }
  for _, words in ipairs(HELP_WORDS) do add(wrap.lines(words, width, "  ")) end
  return lines
end

--- What is known of a task or object, as lines.
function layout.details(state, shot, width)
  local rows = keys.rows(state, shot, state.focus)
  local row = rows[keys.chosen(state, rows, state.focus)]
  if not row then return { "nothing is chosen" } end
  local lines = {}
  local function add(name, value)
    if value and value ~= "" then add_wrapped(lines, name, text.printable(tostring(value)), width) end
  end
  local function named(key) return shot.tasks[key] and shot.tasks[key].name or "?" end
  add(row.title and "object" or "task", row.title or row.name)
  add("space", row.space)
  add("state", row.state)
  if row.title then
    add("depth", row.depth and ("%d%s"):format(row.depth, row.most and (" of %d"):format(row.most) or ""))
    add("op/s", row.rate and ("%.1f"):format(row.rate))
    for _, task in ipairs(shot.tasks) do
      if task.object == row.key then add("waiter", ("%s, %s"):format(task.name, columns.doing(task))) end
      for _, title in ipairs(task.holds) do
        if title == row.title then add("holder", task.name) end
      end
    end
    return lines
  end
  add("pid", row.pid ~= 0 and ("%d, thread %d"):format(row.pid, row.tid))
  add("parent", row.parent and named(row.parent))
  add("daemon", row.daemon and "yes")
  add("since", row.since and ("%.2f s"):format(row.since))
  add("waits for", row.waits)
  add("at", row.where)
  for _, key in ipairs(row.enders) do add("had by", named(key)) end
  for _, title in ipairs(row.holds) do add("holds", title) end
  add("cpu", row.seconds and ("%.2f s%s"):format(row.seconds, row.cpu and (", %.0f %%"):format(row.cpu) or ""))
  local rate = row.sleep_rate and (", %.1f/s"):format(row.sleep_rate) or ""
  add("sleeps", row.sleeps and row.sleeps .. rate)
  return lines
end

local function add_body(lines, state, shot, height, width, paint)
  if state.view == "help" then return add_scrolled(lines, state, help(width), height) end
  if state.view == "graph" then
    local list = {}
    for i, line in ipairs(graph.lines(shot)) do
      local cut = text.cut(text.printable(line[1]), width)
      list[i] = line[2] and paint("red", cut) or cut
    end
    return add_scrolled(lines, state, list, height)
  end
  if state.view == "details" then
    return add_scrolled(lines, { scroll = 1 }, layout.details(state, shot, width), height)
  end
  local count = #picture.shown(shot.objects)
  local objects = math.min(count + 1, math.max(2, height * 2 // 5))
  if count == 0 or height < 6 then objects = 0 end
  if height < 6 and state.focus == "objects" then objects = height end
  add_table(lines, state, shot, "tasks", height - objects, width, paint)
  add_table(lines, state, shot, "objects", objects, width, paint)
end

local function footer(state, shot, width)
  if state.ask then return state.ask.label .. state.ask.text .. "_" end
  if state.note then return state.note end
  if shot.gone then return "it has ended: this is the last that was seen; q quits" end
  local marks = (state.paused and "PAUSED  " or "") .. (state.filter and ("filter '%s'  "):format(state.filter) or "")
  if state.view == "help" then return marks .. "q Back" end
  local names = width >= 79 and "h Help  F3 Search  F4 Filter  F5 Tree  F6 Sort  g Graph  F9 End  p Pause  q Quit"
    or "h Help  q Quit"
  return marks .. names
end

--- The screen as text: at most `height` lines of `width`.
function layout.screen(state, shot, width, height, colours)
  local paint, lines = painter(colours), {}
  local header = plain.header(shot)
  local rest = height - FOOTER
  for i = 1, math.min(HEADER, math.max(0, rest - 3)) do
    local line = text.cut(header[i], width)
    lines[i] = i == 1 and paint("bold", line) or line
  end
  add_body(lines, state, shot, rest - #lines, width, paint)
  for i = 1, #lines do lines[i] = text.cut(lines[i], width) end
  lines[#lines + 1] = paint(shot.gone and "red" or "bold", text.cut(footer(state, shot, width), width))
  return table.concat(lines, "\n")
end

return layout
