--- Look: what there is, who is there and who waits for what, for people.  All unnumbered: looking changes nothing.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local PAGE = engine.LIMIT

local function add(list, ...)
  for i = 1, select("#", ...) do list[#list + 1] = (select(i, ...)) end
end

-- A page of the objects: next cursor, then what f(list, o) adds for each.
local function page(cursor, f)
  local ids = call("ZRANGEBYSCORE", store.key "objects", "(" .. cursor, "+inf", "LIMIT", 0, PAGE)
  local list = { #ids == PAGE and ids[#ids] or "0" }
  for _, id in ipairs(ids) do
    local o = object.load(id)
    if o then f(list, o) end
  end
  return "ok", list
end

function engine.unnumbered.objects(me, cursor)
  return page(cursor, function(list, o) add(list, o.id, o.kind, o.name, object.state(o, me.session)) end)
end

function engine.unnumbered.list(me, cursor)
  return page(cursor, function(list, o)
    if o.name ~= "" then add(list, o.id, o.kind, o.name, object.state(o, me.session)) end
  end)
end

function engine.unnumbered.look(me, id, detail)
  local o = object.load(id)
  if not o then return "removed" end
  return "ok", { o.kind, o.name, engine.kinds[o.kind].state(o, me.session, detail) }
end

function engine.unnumbered.waiters(me, id)
  local o = object.load(id)
  if not o then return "removed" end
  local list = {}
  for _, line in ipairs(engine.kinds[o.kind].lines(o)) do
    for _, waiter in ipairs(call("LRANGE", store.key(line), "0", PAGE - 1)) do
      local record = slot.record(slot.split(waiter))
      if record then
        add(list, record.session, record.task, record.op, store.since(record.since),
          engine.session.person(record.who, me.session))
      end
    end
  end
  return "ok", list
end

local WHO = { "host", "pid", "program", "name" }

local function counts(session, hash)
  local tasks, held, seen = 0, 0, {}
  for field in pairs(hash) do
    local owner = field:match "^t(%d+)"
    if owner and not seen[owner] then
      seen[owner] = true
      tasks = tasks + 1
      held = held + call("HLEN", store.key("h", session .. "." .. owner))
      if engine.hold.of_text(hash["k" .. owner]) then held = held + 1 end
    end
  end
  return tasks, held
end

--- next cursor (a session; "0": done), then session, host, pid, program, name, ms of lease left, tasks, holdings ...
function engine.unnumbered.members(_, cursor)
  local all = call("ZRANGE", store.key "S", 0, -1)
  table.sort(all)
  local now, list = store.milliseconds(), { "0" }
  for _, id in ipairs(all) do
    local hash = id > cursor and engine.session.read(id)
    if hash and #list > 8 * PAGE then
      list[1] = list[#list - 7]
      break
    end
    if hash then
      add(list, id)
      for _, what in ipairs(WHO) do add(list, hash["who." .. what] or "") end
      add(list, call("ZSCORE", store.key "S", id) - now, counts(id, hash))
    end
  end
  return "ok", list
end

local function wanted(record)
  local o = record and object.load(record.id)
  if o then return o.id, o.kind, o.name end
  return record and record.id or "", "", ""
end

function engine.unnumbered.tasks(_, session)
  local hash, list = engine.session.read(session), {}
  if not hash then return "removed" end
  local tasks = {}
  for field in pairs(hash) do tasks[#tasks + 1] = field:match "^t([%d.]+)$" end
  table.sort(tasks)
  for _, task in ipairs(tasks) do
    local record = slot.record(session, task)
    add(list, task, engine.session.name(slot.place(session, task).who), record and record.op or "")
    add(list, wanted(record))
    add(list, record and store.since(record.since) or 0)
  end
  return "ok", list
end

function engine.unnumbered.holdings(_, session)
  local hash, list = engine.session.read(session), {}
  if not hash then return "removed" end
  local owners = { ["0"] = true }
  for field in pairs(hash) do
    local owner = field:match "^t(%d+)"
    if owner then owners[owner] = true end
  end
  for owner in pairs(owners) do
    local all = engine.hold.some(session .. "." .. owner, PAGE)
    all[#all + 1] = engine.hold.of_text(hash["k" .. owner])
    for _, held in ipairs(all) do
      local o = object.load(held.id)
      add(list, owner, held.what, held.id, o and o.name or "")
    end
  end
  return "ok", list
end

for _, op in ipairs{ "objects", "list", "look", "waiters", "members", "tasks", "holdings", "status" } do
  engine.looks[op] = true
end

--- version, uid, lease (ms), sessions, objects, unfinished work, ms since anybody's last beat
function engine.unnumbered.status()
  local space = store.hash(store.key "space") or {}
  return "ok", {
    engine.VERSION, space.uid or "", space.lease or "0", call("ZCARD", store.key "S"),
    call("ZCARD", store.key "objects"), call("LLEN", store.key "chores"),
    space.tick and store.milliseconds() - space.tick or 0,
  }
end
