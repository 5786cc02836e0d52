--- Models of pipe, watch and receive for spec/support/engine/world.lua.
local queues = dofile "spec/support/engine/queue_models.lua"

local models = {}

-- ---- pipe ----

local pipe = { name = "pipe", sessions = 3, tasks = 2 }
models.pipe = pipe

local function other(side)
  return side == "1" and "2" or "1"
end

function pipe.begin(w)
  w.id = w:make "pipe"
  w.sent = { ["1"] = {}, ["2"] = {} }
  w.holders = { ["1"] = { maker = w.sessions[1] }, ["2"] = { maker = w.sessions[1] } }
end

local function is_held(w, side)
  return next(w.holders[side]) ~= nil
end

function pipe.choose(w, task)
  local side, what = w:pick{ "1", "2" }, w:random(20)
  if what == 1 then return "pipe_drop", w.id, side end
  if what <= 3 then return "pipe_hold", w.id, side, "" end
  if what == 4 and w:one_in(2) then return "pipe_lend", w.id, side end
  if what <= 7 then return "pipe_poll", w.id, side, w:may() end
  if w:one_in(3) then queues.free(w, task) end
  if task.session.buried then return nil end
  if what <= 13 then return "pipe_send", w.id, side, w:may(), queues.new_cell(w, task) end
  return "pipe_receive", w.id, side, w:may()
end

local PIPE = {
  pipe_hold = function(w, task, args)
    local holders = w.holders[args[2]]
    holders.maker, holders[task.session] = nil, true
  end,
  pipe_lend = function(w, task, args) w.holders[args[2]]["lent " .. task.session.id] = task.session end,
  pipe_drop = function(w, task, args)
    local holders = w.holders[args[2]]
    holders[task.session] = nil
    if holders.maker == task.session then holders.maker = nil end
  end,
  pipe_send = function(w, _, args, status)
    local list = w.sent[other(args[2])]
    if status == "ok" then
      list[#list + 1] = args[4]
      return
    end
    w:must(status ~= "closed" or w.was_busy or not is_held(w, other(args[2])), "send: closed, and it is held")
    w:must(not queues.large_of(w, args[4]), "%s is left", args[4])
  end,
  pipe_receive = function(w, task, args, status, fields)
    local list = w.sent[args[2]]
    if status == "closed" then
      w:must(w.was_busy or #list == 0 and not is_held(w, other(args[2])), "receive: closed")
    elseif status == "ok" then
      w:must(fields[1] == list[1], "%s came, not %s", fields[1], tostring(list[1]))
      queues.took(w, task, table.remove(list, 1))
    end
  end,
  pipe_poll = function(w, _, args, status)
    local ready = #w.sent[args[2]] > 0 or not is_held(w, other(args[2]))
    w:must(status ~= "ok" or ready or w.was_busy, "poll: %s", status)
  end,
}

function pipe.answered(w, task, request, status, fields)
  PIPE[request.op](w, task, request.args, status, fields)
end

-- Of what was sent that with the same cell which was sent last.
local function unsent(w, args)
  local list = w.sent[other(args[2])]
  for at = #list, 1, -1 do
    if list[at] == args[4] then return table.remove(list, at) end
  end
  w:must(false, "%s was taken back, and somebody has it", args[4])
end

function pipe.undone(w, task, request, fields)
  if request.op == "pipe_send" then return unsent(w, request.args) end
  table.insert(w.sent[request.args[2]], 1, fields[1])
  queues.untook(task, fields[1])
end

-- It is the session that holds ends.
function pipe.ended(w, task)
  if not task.session.buried then return end
  for _, holders in pairs(w.holders) do
    for key, holder in pairs(holders) do
      if key == task.session or holder == task.session then holders[key] = nil end
    end
  end
end

function pipe.check(w)
  for _, side in ipairs{ "1", "2" } do
    local at, list = w.id .. "." .. side, w.sent[side]
    w:must(table.concat(w:members("q", at), " ") == table.concat(list, " "), "%s are on their way, not %s",
      table.concat(w:members("q", at), " "), table.concat(list, " "))
    local open = is_held(w, other(side))
    w:must((w:count("e", w.id .. "." .. other(side)) > 0) == open, "end %s is held by others", other(side))
    w:must(w:count("w", at) == 0 or #list == 0 and open, "somebody waits to receive")
    w:must(w:count("v", at) == 0 or #list == 0 and open, "somebody watches what is ready")
    w:must(w:count("p", at) == 0 or #list >= w.model.most and is_held(w, side), "somebody waits to send to %s", side)
  end
end

-- With a library in which so many messages fill a pipe.
pipe.most = 3

-- ---- watch and receive, over several objects ----

local several = { name = "watch and receive", sessions = 3, tasks = 3 }
models.several = several

function several.begin(w)
  w.queues = { w:make "queue", w:make "queue" }
  w.event, w.latch = w:make "event", w:make("latch", "count", 8)
  w.size, w.left = { [w.queues[1]] = 0, [w.queues[2]] = 0 }, 8
  w.closed = {}
end

local function triples(w)
  return "queue", w.queues[1], "", "event", w.event, "", "queue", w.queues[2], "", "latch", w.latch, ""
end

function several.choose(w)
  local what, id = w:random(24), w:pick(w.queues)
  if what <= 5 then return "watch", w:may(), triples(w) end
  if what <= 10 then return "receive", w:may(), "queue", w.queues[1], "", "queue", w.queues[2], "" end
  if what <= 14 then return "queue_put", id, "0", "=x", "" end
  if what <= 16 then return "queue_get", id, w:may() end
  if what <= 18 then return "event_set", w.event end
  if what <= 21 then return "event_clear", w.event end
  if what == 22 then return "latch_count_down", w.latch, 1 end
  if what == 23 and w:one_in(4) then return "queue_close", id end
  return "queue_size", id
end

local function ready(w)
  local list = {}
  for place, is in ipairs{ w.size[w.queues[1]] > 0 or w.closed[w.queues[1]] or false, w.set or false,
    w.size[w.queues[2]] > 0 or w.closed[w.queues[2]] or false, w.left == 0 } do
    if is then list[#list + 1] = ("%d"):format(place) end
  end
  return list
end

local function taken(w, id)
  w.size[id] = w.size[id] - 1
  w:must(w.size[id] >= 0, "a message was taken twice")
end

local SEVERAL = {
  queue_put = function(w, args, status)
    if status == "ok" then w.size[args[1]] = w.size[args[1]] + 1 end
    w:must((status == "closed") == (w.closed[args[1]] or false), "put: %s", status)
  end,
  queue_get = function(w, args, status)
    if status == "ok" then taken(w, args[1]) end
  end,
  queue_size = function(w, args, _, fields)
    w:must(tonumber(fields[1]) == w.size[args[1]], "the size is %s", fields[1])
  end,
  queue_close = function(w, args) w.closed[args[1]] = true end,
  event_set = function(w) w.set = true end,
  event_clear = function(w) w.set = false end,
  latch_count_down = function(w) w.left = math.max(w.left - 1, 0) end,
  watch = function(w, _, status, fields, request)
    if status ~= "ok" then return end
    if request.waited then
      w:must(#fields == 1, "the bell names one")
    else
      local told, true_ones = table.concat(fields, " "), table.concat(ready(w), " ")
      w:must(told == true_ones, "%s are ready, not %s", told, true_ones)
    end
  end,
  receive = function(w, _, status, fields)
    if status == "ok" then taken(w, w.queues[math.tointeger(tonumber(fields[1]))]) end
    w:must(status ~= "closed" or w.was_busy or w.closed[w.queues[1]] and w.closed[w.queues[2]], "receive: closed")
  end,
}

function several.waits(_, _, request)
  request.waited = true
end

function several.answered(w, _, request, status, fields)
  SEVERAL[request.op](w, request.args, status, fields, request)
end

function several.undone(w, _, request, fields)
  local id = request.op == "receive" and w.queues[math.tointeger(tonumber(fields[1]))] or request.args[1]
  w.size[id] = w.size[id] + 1
end

function several.check(w)
  for i, id in ipairs(w.queues) do
    w:must(w:count("q", id) + w:count("r", id) == w.size[id], "queue %d has %d", i, w:count("q", id))
    w:must(w:count("w", id) == 0 or w.size[id] == 0 and not w.closed[id], "somebody waits to get or receive")
  end
  local watched = w:count("v", w.queues[1]) + w:count("v", w.queues[2]) + w:count("v", w.event)
  w:must(watched == 0 or #ready(w) == 0, "somebody watches what is ready")
end

return models
