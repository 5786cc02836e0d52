--- Queue: messages from many writers to many readers; and the count of items that were put but not reported done.
--
-- Fields: maxsize ("0": no bound), order, redeliver as it was made; closed, item (the last id), unfinished, abandoned
-- (items that ended with their taker, and no join was told), returned (see items).  Lines: w<ID> who gets, p<ID> who
-- puts (each with its item in its record), j<ID> who joins, v<ID> who watches.  Nobody gets while there are items;
-- nobody puts while there is room.
--
-- What a task took and has not reported: without redelivery a count (`debt`), items that do not count any more when it
-- ends; with it the items themselves (`item`), which come back then.
local engine = ...
local store, slot, object = engine.store, engine.slot, engine.object
local items, large, hold = engine.items, engine.large, engine.hold

local queue = {}
engine.queue = queue

local TOO_OFTEN = "more items done than were put; call it once for each item that get returned"
local UNORDERED = "this queue has no priorities; make it with order = \"priority\""

-- An item is in the hands of a task now.
local function taken(o, who, item)
  if o.redeliver == "1" then
    hold.set(who, "item", o.id, item.id, items.kept(item))
  else
    hold.count(who, "debt", o.id, 1)
    large.hand_over(who, item.cell)
  end
end

-- The same of several.
local function taken_many(o, who, list)
  if o.redeliver == "1" then
    for _, item in ipairs(list) do taken(o, who, item) end
    return
  end
  hold.count(who, "debt", o.id, #list)
  for _, item in ipairs(list) do large.hand_over(who, item.cell) end
end

-- To a task that waits in this queue, perhaps in others too.
local function deliver(o, record, item)
  taken(o, record.who, item)
  local fields = items.packed(item)
  if record.op == "receive" then fields = store.pack(engine.watch.place(record, "w" .. o.id)) .. fields end
  slot.answer(record, "ok", fields)
end

-- An item is in the queue, or with the first who waits for one.
local function enter(o, cell, priority)
  object.touch(o)
  o.item, o.unfinished = store.following(o.item), store.following(o.unfinished)
  local item = { id = o.item, attempt = "1", cell = cell, priority = priority }
  local record = slot.next(o.line)
  if record then
    deliver(o, record, item)
  elseif items.add(o, item) then
    engine.watch.wake("v" .. o.id)
  end
end

-- The priority as it is kept; nil: it is none for this queue.
local function priority_for(o, priority)
  if o.order ~= "priority" then return (priority or "") == "" and "" or nil end
  if (priority or "") == "" then return "0" end
  return priority
end

-- The same of several.
local function enter_many(o, cells)
  local first = 1
  while first <= #cells and slot.waiting("w" .. o.id) > 0 do
    enter(o, cells[first], priority_for(o))
    first = first + 1
  end
  local n = #cells - first + 1
  if n == 0 then return end
  local last = object.count(o, "item", n)
  local list = {}
  for i = first, #cells do
    local id = store.digits(last - #cells + i)
    list[#list + 1] = { id = id, attempt = "1", cell = cells[i], priority = priority_for(o) }
  end
  object.count(o, "unfinished", n)
  if items.add_many(o, list) then engine.watch.wake("v" .. o.id) end
end

--- Puts a cell, whatever the bound: for the engine's own messages.
function queue.force(o, cell)
  if not o.closed then enter(o, cell, o.order == "priority" and "0" or "") end
end

local function is_full(o)
  return o.maxsize ~= "0" and items.size(o) >= tonumber(o.maxsize)
end

-- The next who waits to put, and whose time has not run out.
local function next_putter(o)
  local record
  repeat
    record = slot.next("p" .. o.id, true)
    local late = record and store.is_over(record.extra[2])
    if late then slot.send_away(record, "full") end
  until not late
  return record
end

-- So many were taken: lets in as many who wait to put.
local function let_in(o, n)
  if o.maxsize == "0" then return end
  for _ = 1, n do
    local record = not is_full(o) and next_putter(o)
    if not record then return end
    slot.answer(record, "ok", record.extra[2] and { o.item + 1 })
    enter(o, record.cell, record.extra[1])
  end
end

engine.define("queue_put", "queue", function(me, o, may, cell, priority)
  priority = priority_for(o, priority)
  local accepted, why = priority, UNORDERED
  if accepted then accepted, why = large.keep(cell) end
  if not accepted then
    large.drop(cell)
    return "error", { why }
  end
  if o.closed or is_full(o) and may == "0" then
    large.drop(cell)
    return o.closed and "closed" or "full"
  end
  if is_full(o) then return slot.wait(me, o.id, may, "p" .. o.id, cell, { priority, me.good_until }) end
  enter(o, cell, priority)
  return "ok", me.good_until and { o.item }
end)

engine.define("queue_put_many", "queue", function(me, o, ...)
  if o.closed then return "closed" end
  local room = o.maxsize == "0" and math.huge or tonumber(o.maxsize) - items.size(o) + slot.waiting("w" .. o.id)
  local count = math.min(select("#", ...), math.max(room, 0))
  local cells = {}
  for i = 1, count do
    local cell = select(i, ...)
    local accepted, why = large.keep(cell)
    if not accepted then
      for _, kept in ipairs(cells) do large.drop(kept) end
      return "error", { why }
    end
    cells[i] = cell
  end
  enter_many(o, cells)
  return "ok", { count, me.good_until and o.item }
end)

-- Takes up to `max` for a task: their fields, behind those of the list; nil: there is none.
local function take(o, who, max, list)
  local found = items.take_many(o, max)
  if #found == 0 then return nil end
  taken_many(o, who, found)
  for _, item in ipairs(found) do items.fields(item, list) end
  let_in(o, #found)
  return list
end

--- Takes one for a task: status, fields (behind those of the list); nil: it would have to wait.
function queue.try(o, who, list)
  if take(o, who, 1, list) then return "ok", list end
  if o.closed then return "closed" end
end

-- The next one.
local function take_one(o, who)
  local item = items.take(o)
  if not item then return nil end
  taken(o, who, item)
  let_in(o, 1)
  return items.packed(item)
end

local function get(me, o, max, may)
  local fields
  if max == 1 then fields = take_one(o, me.who) else fields = take(o, me.who, max, {}) end
  if fields then return "ok", fields end
  if o.closed then return "closed" end
  if may == "0" then return "empty" end
  return slot.wait(me, o.id, may, o.line)
end

engine.define("queue_get", "queue", function(me, o, may)
  return get(me, o, 1, may)
end)

engine.define("queue_get_many", "queue", function(me, o, max, may)
  return get(me, o, math.min(tonumber(max), engine.MANY), may)
end)

engine.define("queue_size", "queue", function(_, o)
  return "ok", { items.size(o), o.maxsize, o.unfinished, o.closed and 1 or 0 }
end)

-- Some items count no more: perhaps none does.
local function finished(o, n)
  object.count(o, "unfinished", -n)
  if o.unfinished ~= "0" or slot.waiting("j" .. o.id) == 0 then return end
  slot.answer_all("j" .. o.id, o.abandoned and "abandoned" or "ok")
  if o.abandoned then object.clear(o, "abandoned") end
end

engine.define("queue_task_done", "queue", function(me, o, id)
  if o.redeliver == "1" then
    local kept = hold.get(me.who, "item", o.id, (id or ""):match "^%d*")
    if not kept then return "lost", { "the item is not this task's any more: its lease had ended" } end
    hold.clear(me.who, "item", o.id, id:match "^%d*")
    large.drop(items.of_kept(kept).cell)
  else
    if o.unfinished == "0" then return "error", { TOO_OFTEN } end
    if hold.get(me.who, "debt", o.id, "") then hold.count(me.who, "debt", o.id, -1) end
  end
  finished(o, 1)
  return "ok", { o.unfinished }
end)

engine.define("queue_join", "queue", function(me, o, may)
  if o.unfinished == "0" then
    local status = o.abandoned and "abandoned" or "ok"
    if o.abandoned then object.clear(o, "abandoned") end
    return status
  end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, "j" .. o.id)
end)

engine.define("queue_close", "queue", function(_, o)
  if o.closed then return "ok" end
  object.set(o, "closed", "1")
  slot.answer_all("w" .. o.id, "closed")
  slot.answer_all("p" .. o.id, "closed")
  engine.watch.wake("v" .. o.id)
  return "ok"
end)

-- An item goes to the first who waits for one, or back into the queue.
local function come_back(o, item)
  local record = slot.next(o.line)
  if record then
    deliver(o, record, item)
    return
  end
  items.give_back(o, item)
  engine.watch.wake("v" .. o.id)
end

engine.go_on.queue = function(o)
  local record = items.size(o) > 0 and slot.next(o.line)
  if record then
    deliver(o, record, items.take(o))
    let_in(o, 1)
  elseif o.closed then
    slot.answer_all("w" .. o.id, "closed")
  end
end

engine.died.item = function(_, id, _, value)
  local item, o = items.of_kept(value), object.load(id)
  if not o then
    large.drop(item.cell)
    return
  end
  item.attempt = store.digits(item.attempt + 1)
  come_back(o, item)
end

engine.died.debt = function(_, id, _, value)
  local o = object.load(id)
  local n = o and math.min(tonumber(value), tonumber(o.unfinished)) or 0
  if n == 0 then return end
  object.set(o, "abandoned", "1")
  finished(o, n)
end

--- A task was granted items (fields from a place on) and wants none: they are as if nobody had taken them.
function queue.untake(o, who, fields, from)
  local list = {}
  for i = from, #fields, 3 do list[#list + 1] = items.of_fields(fields[i], fields[i + 1], fields[i + 2]) end
  for i = #list, 1, -1 do
    local item = list[i]
    if o.redeliver == "1" then
      hold.clear(who, "item", o.id, item.id)
    else
      hold.count(who, "debt", o.id, -1)
      large.take_back(who, item.cell)
    end
    come_back(o, item)
  end
  return true
end

local function undo(me, o, _, fields)
  return not o or queue.untake(o, me.who, fields, 1)
end

-- Takes back what was put under an id; false: somebody has it.
local function withdraw(o, id, cell, priority)
  local item = { id = id, attempt = "1", cell = cell, priority = priority_for(o, priority) }
  if not items.withdraw(o, item) then return false end
  large.drop(cell)
  finished(o, 1)
  let_in(o, 1)
  return true
end

engine.undo.queue_put = function(_, o, args, fields)
  return o and fields[1] and withdraw(o, fields[1], args[3], args[4])
end

engine.undo.queue_put_many = function(_, o, args, fields)
  local count, last = tonumber(fields[1]), tonumber(fields[2])
  if not o or not last then return false end
  local all = true
  for i = count, 1, -1 do all = withdraw(o, store.digits(last - count + i), args[1 + i]) and all end
  return all
end

engine.undo.queue_get = undo
engine.undo.queue_get_many = undo

engine.ready.queue = function(o)
  return o.closed or items.size(o) > 0, "v" .. o.id
end

local function number_or(default)
  return function(value) return store.digits(tonumber(value) or default) end
end

local ORDERS = { fifo = "", lifo = ", lifo", priority = ", priority" }

engine.kinds.queue = {
  options = { maxsize = "0", order = "fifo", redeliver = "0" },
  state_fields = { "closed", "item", "unfinished", "abandoned", "returned" },
  clean = {
    maxsize = number_or(0),
    order = function(value) return value == "" and "fifo" or value end,
    redeliver = function(value) return value == "1" and "1" or "0" end,
  },
  begin = function(o)
    if not ORDERS[o.order] then return "the order must be fifo, lifo or priority" end
    o.item, o.unfinished = "0", "0"
  end,
  lines = function(o) return { "w" .. o.id, "p" .. o.id, "j" .. o.id, "v" .. o.id } end,
  removed = items.discard,
  state = function(o)
    return ("%d%s messages%s%s, %d getting, %d putting, %d joining"):format(items.size(o),
      o.maxsize ~= "0" and " of " .. o.maxsize or "", ORDERS[o.order], o.closed and ", closed" or "",
      slot.waiting("w" .. o.id) + slot.waiting("v" .. o.id), slot.waiting("p" .. o.id), slot.waiting("j" .. o.id))
  end,
}
