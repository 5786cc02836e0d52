--- Keys: what each key does to what is shown: search, filter, order, tags, pages, views.
--
-- The state: { view = "tables", "graph", "details" or "help", focus = "tasks" or "objects", at = { tasks = key,
-- objects = key } (the chosen row), top = { ... } (the first row shown), sort = { tasks = n, objects = n }, reverse,
-- tree =, tags = { keys }, filter =, ask = { text =, to = "search", "filter" or "kill" }, note = (a line), paused =,
-- delay = }.
local keys = {}

local ORDERS = {
  tasks = { "order", "name", "state", "since", "cpu", "sleeps" },
  objects = { "order", "name", "depth", "waiters", "longest", "rate" },
}

-- What rows are sorted by; larger numbers come first.
local VALUES = {
  name = function(row) return row.title or row.name end,
  state = function(row) return row.state end,
  since = function(row) return -(row.since or -1) end,
  cpu = function(row) return -(row.cpu or -1) end,
  sleeps = function(row) return -(row.sleep_rate or -1) end,
  depth = function(row) return -(row.depth or -1) end,
  waiters = function(row) return -row.waiters end,
  longest = function(row) return -row.longest end,
  rate = function(row) return -(row.rate or -1) end,
}

function keys.new(options)
  return { view = "tables", focus = "tasks", at = {}, top = { tasks = 1, objects = 1 },
    sort = { tasks = 1, objects = 1 }, tags = {}, readonly = options.readonly, delay = options.delay, page = 10 }
end

--- The name of what the table is sorted by.
function keys.order(state, which) return ORDERS[which][state.sort[which]] end

local function fits(row, filter)
  if not filter or filter == "" then return true end
  local all = table.concat({ row.title or row.name, row.state, row.waits or "", row.where or "",
    row.pid and ("%d"):format(row.pid) or "" }, " "):lower()
  return all:find(filter:lower(), 1, true) ~= nil
end

local function sorted(rows, order)
  local value = VALUES[order]
  if not value then return rows end
  local places = {}
  for i, row in ipairs(rows) do places[row] = i end
  table.sort(rows, function(a, b)
    local one, other = value(a), value(b)
    if one ~= other then return one < other end
    return places[a] < places[b]
  end)
  return rows
end

-- Children below their parents, indented.
local function as_tree(rows)
  local children, known, list = {}, {}, {}
  for _, row in ipairs(rows) do known[row.key] = true end
  for _, row in ipairs(rows) do
    local parent = row.parent and row.parent ~= row.key and known[row.parent] and row.parent or ""
    children[parent] = children[parent] or {}
    table.insert(children[parent], row)
  end
  local function add(parent, depth)
    for _, row in ipairs(children[parent] or {}) do
      row.indent = ("  "):rep(depth)
      list[#list + 1] = row
      add(row.key, depth + 1)
    end
  end
  add("", 0)
  return #list == #rows and list or rows
end

--- The rows of a table, as they are shown.
function keys.rows(state, shot, which)
  local rows = {}
  for _, row in ipairs(shot[which]) do
    row.indent = nil
    if fits(row, state.filter) and not row.minor then rows[#rows + 1] = row end
  end
  sorted(rows, keys.order(state, which))
  return which == "tasks" and state.tree and as_tree(rows) or rows
end

--- Which of the rows is chosen.
function keys.chosen(state, rows, which)
  for i, row in ipairs(rows) do
    if row.key == state.at[which] then return i end
  end
  return 1
end

local function choose(state, rows, i)
  i = math.max(1, math.min(#rows, i))
  state.at[state.focus] = rows[i] and rows[i].key
end

local function search(state, rows, text)
  local from = keys.chosen(state, rows, state.focus)
  for step = 0, #rows - 1 do
    local i = (from - 1 + step) % #rows + 1
    if fits(rows[i], text) then return choose(state, rows, i) end
  end
  state.note = ("nothing has '%s'"):format(text)
end

-- ---- keys ----

local MOVES = {
  up = function(_, at) return at - 1 end, down = function(_, at) return at + 1 end,
  pageup = function(state, at) return at - state.page end, pagedown = function(state, at) return at + state.page end,
  home = function() return 1 end, ["end"] = function() return math.huge end,
}

-- A signal ends a whole process, also where a thread of it is chosen.
local function whom(row)
  return row.tid ~= 0 and row.tid ~= row.pid and "the process of " .. row.name or row.name
end

local function ask_kill(state, rows, shot)
  if state.readonly then
    state.note = shot.elsewhere and "its tasks run on other machines: end them there" or "--readonly: nothing is ended"
    return
  end
  local pids, names, named = {}, {}, {}
  for _, row in ipairs(rows) do
    if state.tags[row.key] and row.pid and row.pid ~= 0 and not row.elsewhere and not named[row.pid] then
      pids[#pids + 1], names[#names + 1], named[row.pid] = row.pid, whom(row), true
    end
  end
  local row = rows[keys.chosen(state, rows, "tasks")]
  if #pids == 0 and row and row.elsewhere then
    state.note = "it runs in another PID namespace (a container): end it there"
    return
  end
  if #pids == 0 and row and row.pid ~= 0 then pids, names = { row.pid }, { whom(row) } end
  if #pids == 0 then state.note = "no process is chosen" return end
  local who = #pids == 1 and ("%s (pid %d)"):format(names[1], pids[1]) or ("%d processes"):format(#pids)
  state.ask = { to = "kill", pids = pids, text = "", label = ("end %s by SIGTERM? y, 9 (SIGKILL) or n: "):format(who) }
end

local function toggle(state, view) state.view = state.view == view and "tables" or view end

local function ask(state, to)
  state.ask = { to = to, label = to .. ": ", text = to == "filter" and state.filter or "" }
end

local function tag(state, rows)
  local row = rows[keys.chosen(state, rows, state.focus)]
  if row then state.tags[row.key] = not state.tags[row.key] or nil end
  choose(state, rows, keys.chosen(state, rows, state.focus) + 1)
end

local ACTIONS = {
  q = function(state)
    if state.view ~= "help" then return "quit" end
    state.view = "tables"
  end,
  eof = function() return "quit" end,
  h = function(state) toggle(state, "help") end,
  g = function(state) toggle(state, "graph") end,
  s = function(state) toggle(state, "details") end,
  p = function(state) state.paused = not state.paused end,
  tab = function(state) state.focus = state.focus == "tasks" and "objects" or "tasks" end,
  ["/"] = function(state) ask(state, "search") end,
  F4 = function(state) ask(state, "filter") end,
  F5 = function(state) state.tree = not state.tree end,
  F6 = function(state) state.sort[state.focus] = state.sort[state.focus] % #ORDERS[state.focus] + 1 end,
  F9 = function(state, rows, shot) if state.focus == "tasks" then ask_kill(state, rows, shot) end end,
  space = tag,
  U = function(state) state.tags = {} end,
  ["+"] = function(state) state.delay = math.max(0.1, state.delay / 2) end,
  ["-"] = function(state) state.delay = math.min(60, state.delay * 2) end,
  escape = function(state)
    if state.view ~= "tables" then state.view = "tables" else state.filter, state.tags = nil, {} end
  end,
}
local OTHER_NAMES = { F10 = "eof", ["ctrl-c"] = "eof", F1 = "h", ["?"] = "h", enter = "s", F3 = "/", k = "F9",
  t = "F5", ["<"] = "F6", [">"] = "F6", ["\\"] = "F4", I = "F6" }

local SIGNALS = { y = 15, ["9"] = 9 }

local function answer(state, key, pasted)
  local asked = state.ask
  if asked.to == "kill" then
    state.ask = nil
    if SIGNALS[key] then return "kill", asked.pids, SIGNALS[key] end
    state.note = "nothing was ended"
    return
  end
  if key == "enter" then state.ask = nil return asked.to, asked.text end
  if key == "escape" or key == "ctrl-c" then
    state.ask = nil
    if asked.to == "filter" then state.filter = nil end
    return
  end
  if key == "backspace" then asked.text = asked.text:gsub("[^\128-\191][\128-\191]*$", "") end
  if key == "space" then key = " " end
  if key == "paste" then asked.text = asked.text .. pasted:gsub("%c.*", "") end
  if utf8.len(key) == 1 then asked.text = asked.text .. key end
  if asked.to == "filter" then state.filter = asked.text end
end

--- Does what the key says.  Returns "quit"; or "kill", pids, signal: what is left to be done.
function keys.press(state, shot, key, pasted)
  state.note = nil
  local rows = keys.rows(state, shot, state.focus)
  if state.ask and key ~= "resize" and key ~= "eof" then
    local what, value, signal = answer(state, key, pasted)
    if what == "search" then search(state, rows, value) end
    if what == "kill" then return what, value, signal end
    return
  end
  local move = MOVES[key]
  if move then
    if state.view == "tables" or state.view == "details" then
      return choose(state, rows, move(state, keys.chosen(state, rows, state.focus)))
    end
    state.scroll = math.max(1, math.min(1e6, move(state, state.scroll or 1)))
    return
  end
  local action = ACTIONS[OTHER_NAMES[key] or key]
  if action then return action(state, rows, shot) end
end

return keys
