--- Top: `tidelock top`: looks again and again, and shows it, until it is told to quit.
local encode = require "formats.json_encode"
local choose = require "top.choose"
local keys = require "top.keys"
local layout = require "top.layout"
local picture = require "top.picture"
local plain = require "top.plain"
local terminal = require "terminal.keys"
local text = require "terminal.text"
local view = require "top.view"
local watch = require "top.watch"

local FIRST = 0.1 -- seconds between the first two pictures, so that there are rates soon

local function refuse(why) error({ wrong = why, status = 1 }, 0) end

-- Two pictures, so that there are rates.
local function take_two(watched)
  local first = picture.take(watched)
  terminal.wait(FIRST)
  return picture.take(watched, first)
end

local JSON_TASK = { "name", "pid", "tid", "state", "since", "waits", "where", "holds", "parent", "daemon", "space",
  "sleeps", "sleep_rate", "cpu", "seconds", "known" }
local JSON_OBJECT = { "title", "kind", "number", "name", "state", "depth", "most", "waiters", "longest", "space",
  "moves", "rate" }

local function only(rows, fields)
  local list = {}
  for i, row in ipairs(rows) do
    local copy = {}
    for _, field in ipairs(fields) do copy[field] = row[field] end
    list[i] = copy
  end
  return list
end

local function json(shot)
  local tasks = only(shot.tasks, JSON_TASK)
  for i, task in ipairs(tasks) do
    local parent = shot.tasks[shot.tasks[i].parent]
    task.parent = parent and parent.tid
  end
  return encode{ title = shot.title, pid = shot.pid, space = shot.space, memory = shot.used, room = shot.room,
    tasks = tasks, objects = only(shot.objects, JSON_OBJECT), messages = shot.messages } .. "\n"
end

-- Of a picture that was taken some time ago: by now a pid may be another process's.
local function kill(watched, state, pids, signal)
  local alive = {}
  for _, task in ipairs(picture.take(watched).tasks) do alive[task.pid] = task.state ~= "ended" or alive[task.pid] end
  for _, pid in ipairs(pids) do
    local well, why = nil, "it has ended already"
    if alive[pid] then well, why = view.kill(pid, signal) end
    if not well then state.note = ("pid %d: %s"):format(pid, why) end
  end
  state.tags = {}
end

local function look(watched, before)
  local shot = picture.take(watched, before)
  if picture.is_alive(shot) or not before then return shot end
  before.gone = true -- the last in which somebody was there
  return before
end

-- Shows pictures until a key says that it is enough; false: the terminal was closed.
local function show(watched, state)
  local shot = picture.take(watched)
  local due = view.now() + FIRST
  while true do
    local width, height = terminal.size()
    local colours = terminal.has_colours()
    if not terminal.draw(layout.screen(state, shot, width or 80, height or 24, colours)) then return end
    local key, pasted = terminal.read(math.max(0, due - view.now()))
    if key then
      local what, value, signal = keys.press(state, shot, key, pasted)
      if what == "quit" then return end
      if what == "kill" then kill(watched, state, value, signal) end
    end
    if view.now() >= due then
      if not state.paused and not shot.gone then shot = look(watched, shot) end
      due = view.now() + state.delay
    end
  end
end

local function live(watched, options)
  local started, why = terminal.start(true)
  if not started then refuse(why) end
  local well, wrong = xpcall(show, debug.traceback, watched, keys.new(options))
  terminal.stop()
  if not well then error(wrong, 0) end
end

return function(options)
  text.ascii = not text.utf8_wanted()
  local what = options.what or choose("top", true)
  local watched, why = watch.open(what)
  if not watched then refuse(("top: %s: %s"):format(watch.shown(what), why)) end
  if watched.far then options.readonly = true end -- its pids are other machines'
  if options.json then
    io.stdout:write(json(take_two(watched)))
  elseif options.once or not terminal.is_terminal() then
    io.stdout:write(plain.text(take_two(watched)))
  else
    live(watched, options)
  end
  watched:close()
  return 0
end
