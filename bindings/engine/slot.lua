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
local redis, store = engine.redis, engine.store
local LIMIT = engine.LIMIT
local unpack, match = unpack or table.unpack, string.match

local slot = {}
engine.slot = slot

--- What a waiter does when it gives up, by op: cancel[op](record, how), how being "timeout", "leave" or "dead".
slot.cancel = {}
--- What one does instead when its time has run out and it waits for something yet, by op.
slot.postpone = {}
--- What becomes of one that is refused in one of its lines, by op: refuse[op](record, line, status) -> whether it is to
-- be answered.
slot.refuse = {}

local function field_of(task)
  return "t" .. task
end

--- The parts of "SESSION.TASK.SEQ"; a task may have dots ("7.1").
local function split(waiter)
  return match(waiter, "^([^.]+)%.(.+)%.(%d+)$")
end

slot.split = split

--- The task that owns what a slot acquires: 7 of the slot 7.1.
function slot.owner(session, task)
  return session .. "." .. match(task, "^%d+")
end

local RECORD = "^(%d+):wait:(%S+) #(%S*) (%S+) (%d)(%+?) ([^\n]*)\n()"

-- nil: it does not wait, or not for that SEQ.  `waiter`: "SESSION.TASK.SEQ", where the caller has it.
local function parse(session, task, seq, text, waiter)
  local number, op, id, since, may, own, lines, from = match(text, RECORD)
  if not number or seq and number ~= seq then return nil end
  local record = {
    session = session, task = task, seq = number, waiter = waiter or session .. "." .. task .. "." .. number,
    who = slot.owner(session, task), op = op, id = id, since = since, may = may, own = own == "+", lines = lines,
    cell = "", extra = {},
  }
  if from <= #text then
    record.extra = store.unpack(text, from)
    record.cell = table.remove(record.extra, 1)
  end
  return record
end

--- The record of what a task waits for; nil: it does not wait, or not for that SEQ.
function slot.record(session, task, seq, waiter)
  local text = redis.call("HGET", store.key("s", session), field_of(task))
  return text and parse(session, task, seq, text, waiter)
end

--- Whether a task has a slot, and what it waits for.
function slot.look(session, task)
  local text = redis.call("HGET", store.key("s", session), field_of(task))
  if not text then return false end
  return true, parse(session, task, nil, text)
end

-- What waits with a request: nothing, or the cell and what else there is.
local function with_it(record)
  if record.cell == "" and #record.extra == 0 then return "" end
  return store.pack{ record.cell, unpack(record.extra) }
end

local function write(record)
  redis.call("HSET", store.key("s", record.session), field_of(record.task),
    record.seq .. ":wait:" .. record.op .. " #" .. record.id .. " " .. record.since .. " " .. record.may
      .. (record.own and "+ " or " ") .. record.lines .. "\n" .. with_it(record))
end

--- An answer as it goes out: of what waits, the record is nobody's business.
function slot.shown(text)
  return text:match "^%d+:wait:" or text
end

--- Makes a request wait in a line, or in several.  Returns what its op returns.
function slot.wait(me, id, may, lines, cell, extra)
  local record = {
    session = me.session, task = me.task, seq = me.seq, op = me.op, id = id, since = store.stamp(),
    may = may, own = me.own, lines = lines, cell = cell or "", extra = extra or {},
  }
  local waiter = me.session .. "." .. me.task .. "." .. me.seq
  write(record)
  if not lines:find(" ", 1, true) then
    redis.call("RPUSH", store.key(lines), waiter)
    return "wait"
  end
  for line in lines:gmatch "%S+" do redis.call("RPUSH", store.key(line), waiter) end
  return "wait"
end

--- Takes a waiter out of all its lines.  False: it was in none, so that it is about to be answered.
function slot.unlist(record)
  local found = false
  for line in record.lines:gmatch "%S+" do
    found = redis.call("LREM", store.key(line), "1", record.waiter) == 1 or found
  end
  return found
end

--- Makes it wait elsewhere, behind those who are there.
function slot.move(record, id, line, extra)
  record.id, record.lines, record.extra = id, line, extra
  write(record)
  redis.call("RPUSH", store.key(line), record.waiter)
end

--- Writes what has changed of a record.
slot.rewrite = write

local function alive(waiter)
  local session, task, seq = split(waiter)
  return slot.record(session, task, seq, waiter)
end

-- `any`: also where a callback waits inside of its wait.
local function able(waiter, any)
  if any then return alive(waiter) end
  local session, task, seq = split(waiter)
  local inner = engine.nested.inner(task)
  local texts = redis.call("HMGET", store.key("s", session), field_of(task), field_of(inner))
  if engine.nested.is_wait(texts[2]) then return nil end
  return texts[1] and parse(session, task, seq, texts[1])
end

--- Makes it stand in all its lines, behind those who are there.
function slot.list_again(record)
  slot.unlist(record)
  for line in record.lines:gmatch "%S+" do redis.call("RPUSH", store.key(line), record.waiter) end
end

--- The first of a line that can go on, or of `any`; it stays in it.
function slot.first(line, any)
  local key = store.key(line)
  while true do
    local waiter = redis.call("LINDEX", key, "0")
    if not waiter then return nil end
    local record = able(waiter, any)
    if record then return record end
    redis.call("LPOP", key)
  end
end

--- Takes the first of a line that can go on, or of `any`; out of its other lines too.
function slot.next(line, any)
  local key = store.key(line)
  while true do
    local waiter = redis.call("LPOP", key)
    if not waiter then return nil end
    local record = able(waiter, any)
    if record then
      if record.lines ~= line then slot.unlist(record) end
      return record
    end
  end
end

function slot.waiting(line)
  return redis.call("LLEN", store.key(line))
end

--- Answers a waiter that was taken out of its lines.
function slot.answer(record, status, fields)
  local answer = record.seq .. ":" .. status .. ":" .. store.pack(fields)
  redis.call("HSET", store.key("s", record.session), field_of(record.task), answer)
  local list = record.own and record.session .. "." .. record.task or record.session
  redis.call("RPUSH", store.key("m", list), record.task .. ":" .. answer)
  engine.nested.ended(record.session, record.task)
end

-- Answers one that gets nothing, in this line at least.
local function turn_away(record, line, status, field)
  local refuse = slot.refuse[record.op]
  if refuse and not refuse(record, line, status) then return end
  engine.large.drop(record.cell)
  slot.answer(record, status, field ~= "" and { record.extra[tonumber(field)] } or nil)
end

--- Answers one that was taken out of its line, and gets nothing.
function slot.send_away(record, status)
  engine.large.drop(record.cell)
  slot.answer(record, status)
end

local function some(line, status, field, origin, budget)
  local key = store.key(line)
  for used = 1, budget do
    local waiter = redis.call("LPOP", key)
    if not waiter then return used, true end
    local record = alive(waiter)
    if record then turn_away(record, origin, status, field) end
  end
  return budget, false
end

--- Leaves those who are in a line now to a chore, with its arguments behind the line's new name.
function slot.set_aside(line, chore, ...)
  local rest = store.rest()
  redis.call("RENAME", store.key(line), store.key(rest))
  engine.chore.add(chore, rest, ...)
end

--- Answers all who are in a line now, the same to all: with the record's extra `field`, if given.  What is more than a
-- call may do is left to the next ones: those are out of the line, so that nobody new is among them.
function slot.answer_all(line, status, field)
  field = field or ""
  local _, finished = some(line, status, field, line, LIMIT)
  if finished or slot.waiting(line) == 0 then return end
  slot.set_aside(line, "answer", status, field, line)
end

engine.chores.answer = function(budget, rest, status, field, line)
  return some(rest, status, field, line, budget)
end
