--- Perfetto: a trace as protobuf TrackEvents, for ui.perfetto.dev.
--
-- Two groups of tracks: a track for each task, a track for each object.  An operation is a slice of its task; where it
-- waited, that has two slices in it: "waits", and "woken", from the wake to its return, in which the arrow ends that
-- comes from the call which woke it, or from the put of the message that it got.  A lock's track has a slice a holder,
-- a queue's counts its messages, and that of what several tasks can hold at once its holders.  A step of a logical
-- trace is a millisecond.
local depth = require "timeline.depth"
local flows = require "timeline.flows"
local holds = require "timeline.holds"
local names = require "timeline.names"
local protobuf = require "formats.protobuf"

local number, fixed, bytes = protobuf.number, protobuf.fixed, protobuf.bytes

local perfetto = {}

-- Fields by the names of the messages they are in (perfetto's track_event.proto and others).
local TRACE_PACKET = 1
local TIMESTAMP, SEQUENCE, TRACK_EVENT, INTERNED, FLAGS, DESCRIPTOR = 8, 10, 11, 12, 13, 60
local TYPE, NAME_IID, TRACK, NAME, COUNTER_VALUE, ANNOTATION = 9, 10, 11, 23, 30, 4
local LOCATION_IID, FLOWS, LAST_FLOWS = 34, 47, 48
local BEGIN, END, INSTANT, COUNTER = 1, 2, 3, 4
local UUID, D_NAME, PARENT, D_COUNTER, CHILD_ORDER, RANK = 1, 2, 5, 8, 11, 12
local EVENT_NAMES, LOCATIONS = 2, 4
local CLEARED, NEEDS = 1, 2
local EXPLICIT = 3
local A_NAME, A_INTEGER, A_TEXT = 10, 4, 6
local TASKS, OBJECTS, FIRST_TASK = 1, 2, 16 -- uuids of tracks
local ONE_HOLDER = { lock = true, rlock = true, condition = true }
local AT_ONCE, TASK_WORK = 1024, 18 -- operations that are told of as one; as long takes one as to read so many
local RESULTS = { "refused or timed out", "an error was raised", "not known" }

-- ---- packets ----

local varint = protobuf.varint

local SEQUENCE_FIELD = number(SEQUENCE, 1)
local PACKET_KEY, TIME_KEY, EVENT_KEY = bytes(TRACE_PACKET, ""):sub(1, -2), number(TIMESTAMP, 0):sub(1, -2),
  bytes(TRACK_EVENT, ""):sub(1, -2)
local EVENT_END = SEQUENCE_FIELD .. number(FLAGS, NEEDS)
local MOST_PARTS = 8000 -- put at once

local function flush(self)
  if self.count > 0 then self.put(table.concat(self.parts, "", 1, self.count)) end
  self.count = 0
end

local function put_packet(self, fields, flags)
  flush(self)
  self.put(bytes(TRACE_PACKET, fields .. SEQUENCE_FIELD .. number(FLAGS, flags or NEEDS)))
end

-- The key and the length of an event's fields; the keys and the length that stand before its time: each made once.
local event_heads = setmetatable({}, { __index = function(list, size)
  list[size] = EVENT_KEY .. varint(size)
  return list[size]
end })
local packet_heads = setmetatable({}, { __index = function(list, size)
  list[size] = PACKET_KEY .. varint(size) .. TIME_KEY
  return list[size]
end })

-- The digits of a varint that are not its last ones, two at once.
local digits = {}
for n = 0, 16383 do digits[n] = string.char(n & 127 | 128, n >> 7 | 128) end

-- The varint of a time in three parts.
local function time_parts(lasts, time)
  if time < 16384 then return varint(time), "", "" end
  local shift = time >> 28 > 0 and 28 or 14
  local rest = time >> shift
  local last = lasts[rest]
  if not last then
    last = varint(rest)
    lasts[rest] = last
  end
  if shift == 14 then return digits[time & 16383], last, "" end
  return digits[time & 16383], digits[time >> 14 & 16383], last
end

-- What most packets are, in parts that are there already: a text of its own for each, and for what it is made of, takes
-- several times as long.  The fields are `fields` and `more`.
local function put_event(self, time, fields, more)
  local parts, at = self.parts, self.count
  local size = #fields + #more
  local head = event_heads[size]
  local a, b, c = time_parts(self.lasts, time * self.scale)
  parts[at + 1] = packet_heads[#TIME_KEY + #a + #b + #c + #head + size + #EVENT_END]
  parts[at + 2], parts[at + 3], parts[at + 4] = a, b, c
  parts[at + 5], parts[at + 6], parts[at + 7], parts[at + 8] = head, fields, more, EVENT_END
  self.count = at + 8
  if at >= MOST_PARTS then flush(self) end
end

-- How the events of a track begin.
local function heads_of(uuid)
  return { begin = number(TYPE, BEGIN) .. number(TRACK, uuid), over = number(TYPE, END) .. number(TRACK, uuid),
    names = {} }
end

local function put_track(self, uuid, name, parent, rank, counter)
  put_packet(self, bytes(DESCRIPTOR, number(UUID, uuid) .. bytes(D_NAME, name)
    .. (parent and number(PARENT, parent) .. number(RANK, rank) or number(CHILD_ORDER, EXPLICIT))
    .. (counter and bytes(D_COUNTER, "") or "")))
end

-- A name is written once, where it comes first, and has a number from then on.
local function interned(self, kind, list, key, make)
  local iid = list[key]
  if iid then return iid end
  list.count = list.count + 1
  iid = list.count
  list[key] = iid
  put_packet(self, bytes(INTERNED, bytes(kind, number(1, iid) .. make())))
  return iid
end

-- The name of an event, as its field.
local function name_field(self, text)
  local known = self.name_fields[text]
  if not known then
    known = number(NAME_IID, interned(self, EVENT_NAMES, self.texts, text, function() return bytes(2, text) end))
    self.name_fields[text] = known
  end
  return known
end

-- The place of a span, as its field.
local function location_field(self, i)
  local spans = self.trace.spans
  local file, line = spans.file[i], spans.line[i]
  if file == 0 or line == 0 then return "" end
  local key = file << 32 | line
  local known = self.location_fields[key]
  if not known then
    known = number(LOCATION_IID, interned(self, LOCATIONS, self.places, key, function()
      return bytes(2, self.trace.files[file]) .. number(4, line)
    end))
    self.location_fields[key] = known
  end
  return known
end

-- ---- tasks ----

local function annotation(name, value)
  local field = math.type(value) == "integer" and number(A_INTEGER, value) or bytes(A_TEXT, value)
  return bytes(ANNOTATION, bytes(A_NAME, name) .. field)
end

-- A flow's number, or an array of several.
local function flow_fields(list, field)
  if not list then return "" end
  if math.type(list) then return fixed(field, list) end
  local parts = {}
  for i, id in ipairs(list) do parts[i] = fixed(field, id) end
  return table.concat(parts)
end

-- The fields with which an event of that name begins on the track, made once.
local function named(self, track, name)
  local known = track.names[name]
  if not known then
    known = track.begin .. name_field(self, name)
    track.names[name] = known
  end
  return known
end

local function put_begin(self, track, time, name, more)
  put_event(self, time, named(self, track, name), more or "")
end

local function put_end(self, track, time)
  put_event(self, time, track.over, "")
end

-- By whom it was woken, encoded once for each.
local function woken_by(self, waker)
  local known = self.wakers[waker]
  if not known then
    known = annotation("woken by", self.names:task(waker) or "?")
    self.wakers[waker] = known
  end
  return known
end

-- What the beginning of an operation tells of it.
local function told(self, i)
  local spans = self.trace.spans
  local fields, result = location_field(self, i), spans.result[i]
  if result > 0 then fields = fields .. annotation("result", RESULTS[result]) end
  -- an arrow says it as well
  if not self.to[i] then
    local waker = spans.waker[i]
    if waker > 0 then fields = fields .. woken_by(self, waker) end
  end
  local from = self.from[i]
  return from and fields .. flow_fields(from, FLOWS) or fields
end

-- How an operation that has slept goes on; `over`: when its task died in it, or nil.
local function put_wait(self, track, i, slept, ended, over)
  local woken = ended >= 0 and slept + self.trace.spans.waited[i] or over
  put_begin(self, track, slept, "waits")
  if woken then put_end(self, track, woken) end
  if ended < 0 then return end
  put_begin(self, track, woken, "woken", flow_fields(self.to[i], LAST_FLOWS))
  put_end(self, track, ended)
end

-- An operation that nothing else of its task ran within.
local function put_span(self, track, i, began, ended, over)
  local slept, to = self.trace.spans.slept[i], self.to[i]
  local fields = told(self, i)
  if to and slept < 0 then fields = fields .. flow_fields(to, LAST_FLOWS) end
  put_begin(self, track, began, self.names:call(i), fields)
  if slept >= 0 then put_wait(self, track, i, slept, ended, over) end
  if ended >= 0 then put_end(self, track, ended) elseif over then put_end(self, track, over) end
end

-- The spans of a task; one that others ran within has no slices of its waits.
local function put_task(self, task, list)
  local spans, open = self.trace.spans, {}
  local track = heads_of(FIRST_TASK + task)
  local over = self.trace.tasks[task].ended
  local function close(time)
    while #open > 0 and open[#open] <= time do put_end(self, track, table.remove(open)) end
  end
  local began, work = list[1] and spans.began[list[1]], self.trace.work
  for at, i in ipairs(list) do
    if at % AT_ONCE == 0 and work then work(AT_ONCE * TASK_WORK) end
    local following = list[at + 1] and spans.began[list[at + 1]]
    local ended = spans.ended[i]
    if open[1] then close(began) end
    if following and ended > following then
      put_begin(self, track, began, self.names:call(i), told(self, i) .. flow_fields(self.to[i], LAST_FLOWS))
      open[#open + 1] = ended
    else
      put_span(self, track, i, began, ended, over)
    end
    began = following
  end
  close(math.maxinteger)
end

local function put_end_of_task(self, task)
  local row = self.trace.tasks[task]
  if not row.ended then return end
  local how = row.how == "killed" and row.signal and ("killed by signal %d"):format(row.signal) or row.how or "ended"
  put_event(self, row.ended, number(TYPE, INSTANT) .. number(TRACK, FIRST_TASK + task), bytes(NAME, how))
end

-- ---- objects ----

local function put_counts(self, uuid, times, counts)
  local fields, values = number(TYPE, COUNTER) .. number(TRACK, uuid), {}
  for i, time in ipairs(times) do
    local count = counts[i]
    local value = values[count]
    if not value then
      value = number(COUNTER_VALUE, count)
      values[count] = value
    end
    put_event(self, time, fields, value)
  end
end

local function put_holders(self, uuid, list)
  local track = heads_of(uuid)
  for _, hold in ipairs(list) do
    put_begin(self, track, hold.from, self.names:task(hold.task))
    put_end(self, track, hold.to)
  end
end

-- How many hold it at a time: of the moments, each twice, and one more where it is taken.
local function holders_curve(list)
  local moments, times, counts, now = {}, {}, {}, 0
  for _, hold in ipairs(list) do
    moments[#moments + 1] = hold.from * 2 + 1
    moments[#moments + 1] = hold.to * 2
  end
  table.sort(moments)
  for i, moment in ipairs(moments) do
    now = now + (moment & 1 == 1 and 1 or -1)
    times[i], counts[i] = moment >> 1, now
  end
  return times, counts
end

local function held_by_object(trace)
  local list, found = holds.of(trace), {}
  for i = 1, list.count do
    local of = found[list.object[i]] or {}
    found[list.object[i]] = of
    of[#of + 1] = { task = list.task[i], from = list.from[i], to = list.to[i] }
  end
  return found
end

local function put_objects(self)
  local trace = self.trace
  local curves, held = depth.of(trace), held_by_object(trace)
  for i, object in ipairs(trace.objects) do
    local uuid, one = FIRST_TASK + #trace.tasks + i, ONE_HOLDER[object.kind]
    if curves[i] then
      put_track(self, uuid, self.names:object(i) .. ": messages", OBJECTS, i, true)
      put_counts(self, uuid, curves[i].times, curves[i].counts)
    elseif held[i] then
      put_track(self, uuid, self.names:object(i) .. (one and "" or ": holders"), OBJECTS, i, not one)
      if one then put_holders(self, uuid, held[i]) else put_counts(self, uuid, holders_curve(held[i])) end
    end
  end
end

-- Which flows begin in a span, a number or an array, and which ends in it; each has its index as its number.
local function find_flows(self)
  local list, from, to = flows.columns(self.trace), {}, {}
  for id = 1, list.count do
    local source = list.from[id]
    local known = from[source]
    if not known then from[source] = id
    elseif math.type(known) then from[source] = { known, id }
    else known[#known + 1] = id end
    to[list.to[id]] = id
  end
  self.from, self.to = from, to
end

local function task_title(self, i)
  local pid = self.trace.tasks[i].pid
  local name = self.names:task(i)
  return pid and pid > 0 and not name:find("(" .. pid .. ")", 1, true) and ("%s (pid %d)"):format(name, pid) or name
end

--- Writes the trace by put(text), packet by packet.
function perfetto.write(trace, put)
  local self = { trace = trace, put = put, names = names.of(trace), scale = trace.logical and 1000000 or 1,
    texts = { count = 0 }, places = { count = 0 }, name_fields = {}, location_fields = {}, wakers = {}, parts = {},
    count = 0, lasts = {} }
  find_flows(self)
  put_packet(self, bytes(DESCRIPTOR, number(UUID, TASKS) .. bytes(D_NAME, "tasks of " .. names.clean(trace.title))
    .. number(CHILD_ORDER, EXPLICIT)), CLEARED)
  put_track(self, OBJECTS, "objects")
  local lists = flows.by_task(trace)
  for i = 1, #trace.tasks do
    put_track(self, FIRST_TASK + i, task_title(self, i), TASKS, i)
    put_task(self, i, lists[i])
    put_end_of_task(self, i)
  end
  for _, mark in ipairs(trace.marks) do
    put_event(self, mark.time, number(TYPE, INSTANT) .. number(TRACK, mark.task and mark.task > 0 and FIRST_TASK
      + mark.task or TASKS), bytes(NAME, mark.text))
  end
  put_objects(self)
  flush(self)
end

return perfetto
