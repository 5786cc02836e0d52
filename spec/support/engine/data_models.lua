--- Models of value and table for spec/support/engine/world.lua: what is read is what was written last.
local queues = dofile "spec/support/engine/queue_models.lua"

local models = {}

local GRANTED = { ok = true, abandoned = true }

-- ---- value ----

local value = { name = "value", sessions = 3, tasks = 2 }
models.value = value

function value.begin(w)
  w.id, w.number = w:make("value", "init", "i10"), 10
end

function value.choose(w, task)
  local what = w:random(7)
  if what == 1 then return "value_set", w.id, "i" .. w:random(5) end
  if what <= 3 then return "value_add", w.id, "i" .. w:random(3) end
  if what == 4 then return "value_compare_set", w.id, "i" .. w:pick{ w.number, 3 }, "i" .. w:random(5) end
  if what == 5 and task.version then return "value_swap", w.id, task.version, "i" .. w:random(5) end
  if what == 6 and w.owner == task then return "unclaim", w.id end
  if what == 6 then return "claim", w.id, w:may() end
  return "value_get", w.id
end

local function integer(text)
  return math.tointeger(tonumber(text:match "^i(.*)$"))
end

local function write(w, number)
  w.number, w.writes = number, (w.writes or 0) + 1
end

local VALUE = {
  value_set = function(w, _, args) write(w, integer(args[2])) end,
  value_add = function(w, _, args, _, fields)
    write(w, w.number + integer(args[2]))
    w:must(integer(fields[1]) == w.number, "the sum is %s, not %d", fields[1], w.number)
  end,
  value_compare_set = function(w, _, args, _, fields)
    local equal = integer(args[2]) == w.number
    w:must(fields[1] == (equal and "1" or "0"), "compare_set: %s", fields[1])
    if equal then write(w, integer(args[3])) end
  end,
  value_get = function(w, task, _, _, fields)
    w:must(integer(fields[1]) == w.number, "it is %s, not %d", fields[1], w.number)
    task.version, task.writes = fields[2], w.writes
  end,
  value_swap = function(w, task, args, _, fields)
    local may = task.writes == w.writes and (not w.owner or w.owner == task)
    w:must(fields[1] == (may and "1" or "0"), "swap: %s", fields[1])
    if may then write(w, integer(args[3])) end
    task.version = nil
  end,
  claim = function(w, task, _, status)
    if not GRANTED[status] then return end
    w:must(not w.owner or w.owner == task, "two claims")
    w.owner, w.depth = task, (w.owner and w.depth or 0) + 1
  end,
  unclaim = function(w)
    w.depth = w.depth - 1
    if w.depth == 0 then w.owner = nil end
  end,
}

function value.answered(w, task, request, status, fields)
  VALUE[request.op](w, task, request.args, status, fields)
end

function value.undone(w)
  VALUE.unclaim(w)
end

function value.ended(w, task)
  if w.owner == task then w.owner = nil end
end

function value.check(w)
  local o = w:object(w.id)
  w:must(integer(o.number) == w.number, "the server has %s", o.number)
  w:must(o.owner == (w.owner and w.owner.who), "another owner: %s", tostring(o.owner))
  w:must(o.owner or w:count("w", w.id) == 0, "somebody waits for a free claim")
end

-- ---- table ----

local tables = { name = "table", sessions = 3, tasks = 2 }
models.table = tables

local KEYS = { "i1", "i2", "i3", "sname", "b1" }

function tables.begin(w)
  w.id, w.cells, w.order = w:make("table", "i1", "=first", "i2", "#i5"), 0, { "i1", "i2" }
  w.entries = { i1 = { cell = "=first", version = {} }, i2 = { cell = "#i5", version = {} } }
end

local function cell_for(w, task)
  return w:one_in(2) and "#i" .. w:random(9) or queues.new_cell(w, task)
end

function tables.choose(w, task)
  local key, what = w:pick(KEYS), w:random(12)
  local ttl = w:one_in(3) and tostring(w:random(4) * 1000) or ""
  if what <= 3 then return "table_set", w.id, key, cell_for(w, task), ttl end
  if what == 4 then return "table_set", w.id, key, "", "" end
  if what <= 6 then return "table_add", w.id, key, "i" .. w:random(3), w:pick{ "", "i100" }, ttl end
  if what == 7 then return "table_keys", w.id end
  if what == 8 then return "table_length", w.id end
  if what == 9 and task.version then return "table_swap", w.id, task.key, task.version, cell_for(w, task) end
  return "table_get", w.id, key
end

local function remove(w, key)
  for i, one in ipairs(w.order) do
    if one == key then table.remove(w.order, i) end
  end
  w.entries[key] = nil
end

-- What has ended by now.
local function expire(w)
  local now = w.server.clock // 1000
  for _, key in ipairs(KEYS) do
    local entry = w.entries[key]
    if entry and entry.ends and entry.ends <= now then remove(w, key) end
  end
end

-- ttl: "" for ever, nil as it is.
local function put(w, key, cell, ttl)
  local entry = w.entries[key]
  if not entry then
    entry = {}
    w.entries[key] = entry
    w.order[#w.order + 1] = key
  end
  entry.cell, entry.version = cell, {}
  if ttl == "" then entry.ends = nil elseif ttl then entry.ends = w.server.clock // 1000 + ttl end
end

local TABLE = {
  table_set = function(w, _, args)
    if args[3] == "" then remove(w, args[2]) else put(w, args[2], args[3], args[4]) end
  end,
  table_get = function(w, task, args, _, fields)
    local entry = w.entries[args[2]]
    local cell = entry and entry.cell or ""
    w:must(fields[2] == cell, "%s is %s, not %s", args[2], fields[2], cell)
    w:must((fields[1] == "0") == (entry == nil), "the version is %s", fields[1])
    task.version, task.key, task.seen = fields[1], args[2], entry and entry.version
  end,
  table_add = function(w, _, args, status, fields)
    local entry = w.entries[args[2]]
    local old = entry and entry.cell:match "^#i(.*)$" or not entry and (args[4]:match "^i(.*)$" or "0")
    w:must((status == "ok") == (old ~= nil and old ~= false), "add: %s", status)
    if status ~= "ok" then return end
    local sum = ("i%d"):format(old + integer(args[3]))
    w:must(fields[1] == sum, "the sum is %s, not %s", fields[1], sum)
    put(w, args[2], "#" .. sum, not entry and args[5] or nil)
  end,
  table_keys = function(w, _, _, _, fields)
    local keys, order = table.concat(fields, " "), table.concat(w.order, " ")
    w:must(keys == order, "the keys are %s, not %s", keys, order)
  end,
  table_length = function(w, _, _, _, fields)
    local n = math.tointeger(tonumber(fields[1]))
    w:must((n == 0 or w.entries["i" .. n]) and not w.entries["i" .. n + 1], "%d is no border", n)
  end,
  table_swap = function(w, task, args, _, fields)
    local entry = w.entries[args[2]]
    local may = (entry and entry.version) == task.seen
    w:must(fields[1] == (may and "1" or "0"), "swap: %s", fields[1])
    w:must(may or not queues.large_of(w, args[4]), "%s is left", args[4])
    if may then put(w, args[2], args[4], nil) end
    task.version = nil
  end,
}

function tables.answered(w, task, request, status, fields)
  expire(w)
  TABLE[request.op](w, task, request.args, status, fields)
end

function tables.check(w)
  local entry = w:entry("t", w.id)
  for key, text in pairs(entry and entry.fields or {}) do
    local own, cell = w.entries[key], text:match "^%d+ (.*)$"
    local ends = w:entry("e", w.id)
    local over = ends and ends.scores[key] and ends.scores[key] <= w.server.clock // 1000
    w:must(over or own and own.cell == cell, "%s is %s", key, text)
    w:must(cell:sub(1, 1) ~= "@" or queues.large_of(w, cell), "the large value of %s is lost", key)
  end
end

return models
