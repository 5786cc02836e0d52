--- Slot: the answer to a task's latest request; and the lines of tasks that wait for one.
--
-- A slot is the field t<TASK> of the session's hash: "SEQ:STATUS:FIELDS".  While the request waits, STATUS is `wait`
-- and its record follows, in words: op, "#" and the object's id, since when, MAY (with "+" where the task listens
-- at a list of its own), lines (keys without the prefix); after a line's end, in netstrings, the value that waits with
-- it (a cell, or empty) and what else its family needs.
--
-- A line is a list of "SESSION.TASK.SEQ" in their order.  Whoever makes an object ready takes the next of its line and
-- answers it: writes the slot, then rings the bell.  The slot is the truth.  So a waiter is alive, not cancelled and
-- not yet served exactly while its slot says that it waits.
local engine = ...
local call, store = engine.call, engine.store
local LIMIT = engine.LIMIT
local line, change = engine.line, store.change
local unpack, match = unpack or table.unpack, string.match
local stamp, pack, add, take = store.stamp, store.pack, line.add, line.take
local NONE = {} -- what nothing else waits with

local slot = {}
engine.slot = slot

--- What a waiter does when it gives up, by op: cancel[op](record, how), how being "timeout", "leave" or "dead".
slot.cancel = {}
--- What one does instead when its time has run out and it waits for something yet, by op.
slot.postpone = {}
--- What becomes of one that is refused in one of its lines, by op: refuse[op](record, line, status) -> whether it is to
-- be answered.
slot.refuse = {}

-- ---- places ----

-- Where slots are, by "SESSION.TASK": names and keys, which never change; `text`, what is written there (false:
-- nothing; nil: it was not read yet), and seq, status and record that this says; `inner`, the place of a callback that
-- has asked inside of a wait of this task (false: there is none; nil: not known); and what hold has to do with it.
local places
local waiting -- "SESSION.TASK.SEQ" of the last wait in a place, to the place
store.on_enter(function(memory)
  places, waiting = memory.places or {}, memory.waiting or {}
  memory.places, memory.waiting = places, waiting
end)

-- Of one that has changed, at the end of a call, or before all of its session is read.
local function save(place)
  if not place.changed then return end
  place.changed = nil
  if place.held_changed then
    place.held_changed = nil
    local held = place.held
    call("HSET", place.key, place.field, place.text, place.held_field, held and held .. "=" .. place.held_value or "")
  else
    call("HSET", place.key, place.field, place.text)
  end
end

local function make_place(session, task, name)
  local owner = match(task, "^%d+")
  store.remember()
  local place = {
    session = session, task = task, name = name, who = session .. "." .. owner, key = store.key("s", session),
    field = "t" .. task, is_nested = owner ~= task, inner_task = engine.nested.inner(task), held_field = "k" .. task,
    prefix = name .. ".", write = save, bells = store.key("m", session), own_bells = store.key("m", name),
  }
  places[name] = place
  place.inner = places[session .. "." .. place.inner_task]
  local outer = place.is_nested and places[session .. "." .. engine.nested.outer(task)]
  if outer then outer.inner = place end
  return place
end

--- The place of a task's slot.
function slot.place(session, task)
  local name = session .. "." .. task
  return places[name] or make_place(session, task, name)
end

--- The same, by its name.
function slot.place_of(name)
  if places[name] then return places[name] end
  local session, task = match(name, "^([^.]+)%.(.+)$")
  return make_place(session, task, name)
end

local function note(place, text)
  place.text, place.record, place.seq, place.status = text, nil, nil, nil
  if text then place.seq, place.status = match(text, "^(%d+):(%a*)") end
end

--- What is written in a slot; false: there is none.  Its seq and status are those of the place.
function slot.text(place)
  if place.text == nil then note(place, call("HGET", place.key, place.field)) end
  return place.text
end
local text_of = slot.text

--- The place, which has not changed so far, is to be written.
function slot.touch(place)
  place.changed = true
  change(place)
end
local touch = slot.touch

--- The slot is no more.
function slot.forget(session, task)
  local place = places[session .. "." .. task]
  if not place then return end
  note(place, false)
  place.changed, place.held_changed, place.held = nil, nil, nil
end

--- The place of a callback that has asked inside of a wait of this task; false: there is none.
function slot.inner(place)
  local inner = place.inner
  if inner == nil then
    inner = call("HEXISTS", place.key, "t" .. place.inner_task) == 1 and slot.place(place.session, place.inner_task)
    place.inner = inner
  end
  return inner and text_of(inner) and inner
end
local inner_of = slot.inner

--- The parts of "SESSION.TASK.SEQ"; a task may have dots ("7.1").
local function split(waiter)
  return match(waiter, "^([^.]+)%.(.+)%.(%d+)$")
end

slot.split = split

-- The place of a waiter, and its SEQ.
local function place_of(waiter)
  local place = waiting[waiter]
  if place then return place, place.waits end
  local session, task, seq = split(waiter)
  return slot.place(session, task), seq
end

-- ---- records ----

local RECORD = "^(%d+):wait:(%S+) #(%S*) (%S+) (%d)(%+?) ([^\n]*)\n()"

-- `waiter`: "SESSION.TASK.SEQ".  nil: it does not wait.
local function take_apart(place, text)
  local seq, op, id, since, may, own, lines, from = match(text, RECORD)
  if not seq then return nil end
  local record = {
    place = place, session = place.session, task = place.task, who = place.who, seq = seq,
    waiter = place.name .. "." .. seq, op = op, id = id, since = since, may = may, own = own == "+", lines = lines,
    cell = "", extra = {},
  }
  if from <= #text then
    record.extra = store.unpack(text, from)
    record.cell = table.remove(record.extra, 1)
  end
  return record
end

--- The record of what waits in a place; nil: nothing does, or not for that SEQ.
function slot.record_in(place, seq)
  local text = text_of(place)
  if not text or place.status ~= "wait" or seq and seq ~= place.seq then return nil end
  place.record = place.record or take_apart(place, text)
  return place.record
end
local record_in = slot.record_in

--- The same of a task.
function slot.record(session, task, seq)
  return record_in(slot.place(session, task), seq)
end

-- What waits with a request: nothing, or the cell and what else there is.
local function with_it(record)
  if record.extra == NONE and record.cell == "" then return "" end
  return store.pack{ record.cell, unpack(record.extra) }
end

local function write(record)
  local place = record.place
  place.text = record.seq .. ":wait:" .. record.op .. " #" .. record.id .. " " .. record.since .. " " .. record.may
    .. (record.own and "+ " or " ") .. record.lines .. "\n" .. with_it(record)
  place.seq, place.status, place.record = record.seq, "wait", record
  if not place.changed then touch(place) end
end

--- An answer as it goes out: of what waits, the record is nobody's business.
function slot.shown(text)
  return text:match "^%d+:wait:" or text
end

-- The record of a wait that begins in a place, in the table that those before had: what never changes is in it.
local function fresh_record(place)
  local record = place.own_record
  if not record then
    record = { place = place, session = place.session, task = place.task, who = place.who }
    place.own_record = record
  end
  if record.waiter then waiting[record.waiter] = nil end
  record.was_listed = nil
  return record
end

--- Makes a request wait in the line of an object; or, where the id is empty, in several.  Returns what its op returns.
function slot.wait(me, id, may, lines, cell, extra)
  local place, seq = me.place, me.seq
  local waiter, record = place.prefix .. seq, fresh_record(place)
  record.seq, record.waiter, record.op, record.id, record.since = seq, waiter, me.op, id, stamp()
  record.may, record.own, record.lines, record.cell, record.extra = may, me.own, lines, cell or "", extra or NONE
  write(record)
  place.waits, waiting[waiter] = seq, place
  if id ~= "" then
    add(lines, waiter)
    return "wait"
  end
  for name in lines:gmatch "%S+" do add(name, waiter) end
  return "wait"
end

--- Takes a waiter out of all its lines.  False: it was in none, so that it is about to be answered.
function slot.unlist(record)
  local found = false
  for name in record.lines:gmatch "%S+" do
    found = line.remove(name, record.waiter) or found
  end
  return found
end

--- Makes it wait elsewhere, behind those who are there.
function slot.move(record, id, name, extra)
  record.id, record.lines, record.extra = id, name, extra
  write(record)
  line.add(name, record.waiter)
end

--- Writes what has changed of a record.
slot.rewrite = write

local function alive(waiter)
  local place, seq = place_of(waiter)
  return record_in(place, seq)
end

--- Whether a callback waits inside of the wait in this place.
function slot.waits_inside(place)
  local inner = inner_of(place)
  return inner and inner.status == "wait"
end

-- `any`: also where a callback waits inside of its wait.
local function able(waiter, any)
  local place, seq = place_of(waiter)
  if not any and place.inner ~= false and slot.waits_inside(place) then return nil end
  if place.record and place.seq == seq then return place.record end
  return record_in(place, seq)
end

--- Makes it stand in all its lines, behind those who are there.
function slot.list_again(record)
  slot.unlist(record)
  for name in record.lines:gmatch "%S+" do line.add(name, record.waiter) end
end

--- The first of a line that can go on, or of `any`; it stays in it.
function slot.first(name, any)
  while true do
    local waiter = line.first(name)
    if not waiter then return nil end
    local record = able(waiter, any)
    if record then return record end
    line.take(name)
  end
end

--- Takes the first of a line that can go on, or of `any`; out of its other lines too.
function slot.next(name, any)
  while true do
    local waiter = take(name)
    if not waiter then return nil end
    local record = able(waiter, any)
    if record then
      if record.lines ~= name then slot.unlist(record) end
      return record
    end
  end
end

slot.waiting = line.length

--- Writes an answer into a slot; what the answer is.
function slot.write(place, seq, status, fields)
  local answer = seq .. ":" .. status .. ":" .. (fields and pack(fields) or "")
  place.text, place.seq, place.status, place.record = answer, seq, status, nil
  if not place.changed then touch(place) end
  return answer
end

local write_answer = slot.write

--- Answers a waiter that was taken out of its lines.
function slot.answer(record, status, fields)
  local place = record.place
  local answer = write_answer(place, record.seq, status, fields)
  call("RPUSH", record.own and place.own_bells or place.bells, place.task .. ":" .. answer)
  if place.is_nested then engine.nested.ended(place.session, place.task) end
end

-- Answers one that gets nothing, in this line at least.
local function turn_away(record, name, status, field)
  local refuse = slot.refuse[record.op]
  if refuse and not refuse(record, name, status) then return end
  engine.large.drop(record.cell)
  slot.answer(record, status, field ~= "" and { record.extra[tonumber(field)] } or nil)
end

--- Answers one that was taken out of its line, and gets nothing.
function slot.send_away(record, status)
  engine.large.drop(record.cell)
  slot.answer(record, status)
end

local function some(name, status, field, origin, budget)
  for used = 1, budget do
    local waiter = take(name)
    if not waiter then return used, true end
    local record = alive(waiter)
    if record then turn_away(record, origin, status, field) end
  end
  return budget, false
end

--- Leaves those who are in a line now to a chore, with its arguments behind the line's new name.
function slot.set_aside(name, chore, ...)
  local rest = store.rest()
  line.move(name, rest)
  engine.chore.add(chore, rest, ...)
end

--- Answers all who are in a line now, the same to all: with the record's extra `field`, if given.  What is more than a
-- call may do is left to the next ones: those are out of the line, so that nobody new is among them.
function slot.answer_all(name, status, field)
  field = field or ""
  local _, finished = some(name, status, field, name, LIMIT)
  if finished or line.length(name) == 0 then return end
  slot.set_aside(name, "answer", status, field, name)
end

engine.chores.answer = function(budget, rest, status, field, origin)
  return some(rest, status, field, origin, budget)
end
