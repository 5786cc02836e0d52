--- Watch: waits for several objects: until one is ready (`watch`), or for one message of any (`receive`).
--
-- A request names triples: what, id, detail.  `engine.ready[WHAT](o, detail)` tells whether it is ready, and the line
-- of its watchers; whoever makes it ready calls watch.wake(line).
-- `engine.receivable[WHAT]`: try(o, who, list, detail) ->
-- status and fields behind those of the list, nil where it would have to wait; line(o, detail); untake(o, who, fields,
-- from, detail).  A waiter stands in several lines; its extra has the place of each, in the order of `lines`.
local engine = ...
local slot, object = engine.slot, engine.object

local watch = {}
engine.watch = watch

local MOST = 1000

local function index_of(record, line)
  local index = 0
  for one in record.lines:gmatch "%S+" do
    index = index + 1
    if one == line then return index end
  end
end

--- The fields before an item: the place, where the waiter waits for any of several.
function watch.place(record, line)
  return record.op == "receive" and { record.extra[index_of(record, line)] } or {}
end

--- Answers all who watch: the object is ready.
function watch.wake(line)
  if slot.waiting(line) > 0 then slot.answer_all(line, "ok") end
end

-- Answers one, who waits in several lines, with the place of that whose line it is.
local function answer(record, line, status)
  local place = record.extra[index_of(record, line)]
  slot.unlist(record)
  slot.answer(record, status, { place })
  return false
end

slot.refuse.watch = answer

-- A closed one is passed over, as long as there are others.
slot.refuse.receive = function(record, line, status)
  if status ~= "closed" then return answer(record, line, status) end
  local index, lines, places = 0, {}, {}
  for one in record.lines:gmatch "%S+" do
    index = index + 1
    if one ~= line then
      lines[#lines + 1] = one
      places[#places + 1] = record.extra[index]
    end
  end
  if #lines == 0 then return true end
  record.lines, record.extra = table.concat(lines, " "), places
  slot.rewrite(record)
  return false
end

-- The triples of a request: { what, o, detail }; nil and the status where one of them is wrong.
local function triples(list, families)
  if #list == 0 or #list > 3 * MOST then return nil, "error", { "1 to 1000 objects are expected" } end
  local found = {}
  for i = 1, #list, 3 do
    local what, o = list[i], object.load(list[i + 1])
    if not o then return nil, "removed", { (i + 2) / 3 } end
    if not families[what] or o.kind ~= what then
      return nil, "error", { object.title(o) .. " is nothing to wait for this way" }
    end
    found[#found + 1] = { family = families[what], o = o, detail = list[i + 2] }
  end
  return found
end

engine.define("watch", nil, function(me, _, may, ...)
  local found, status, fields = triples({ ... }, engine.ready)
  if not found then return status, fields end
  local ready, lines, places = {}, {}, {}
  for i, one in ipairs(found) do
    local is_ready, line = one.family(one.o, one.detail)
    if is_ready then ready[#ready + 1] = i end
    lines[i], places[i] = line, i
  end
  if #ready > 0 then return "ok", ready end
  if may == "0" then return "timeout" end
  return slot.wait(me, "", may, table.concat(lines, " "), nil, places)
end)

engine.define("receive", nil, function(me, _, may, ...)
  local found, status, fields = triples({ ... }, engine.receivable)
  if not found then return status, fields end
  local lines, places = {}, {}
  for turn = 1, #found do
    local place = (turn + me.seq) % #found + 1
    local one = found[place]
    status, fields = one.family.try(one.o, me.who, { place }, one.detail)
    if status == "ok" then return status, fields end
    if not status then
      lines[#lines + 1] = one.family.line(one.o, one.detail)
      places[#places + 1] = place
    end
  end
  if #lines == 0 then return "closed" end
  if may == "0" then return "timeout" end
  return slot.wait(me, "", may, table.concat(lines, " "), nil, places)
end)

engine.undo.receive = function(me, _, args, fields)
  local at = 3 * tonumber(fields[1])
  local family, o = engine.receivable[args[at - 1]], object.load(args[at])
  return not o or family.untake(o, me.who, fields, 2, args[at + 1])
end

engine.receivable.queue = {
  try = engine.queue.try,
  line = function(o) return "w" .. o.id end,
  untake = engine.queue.untake,
}
