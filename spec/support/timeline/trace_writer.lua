-- A model (timeline/model.lua) as the bytes of a trace's file, as runtime/public/trace.h has them.
local trace_writer = {}

local TITLE, OPERATION, FILE, OBJECT, PLACE, TASK, END, LOST, MARK, SPANS, TRAILER = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local LARGE, OPEN, SLEPT, CALLED, MESSAGE = 3, 4, 8, 16, 32
local HOW = { ended = 0, failed = 1, killed = 2 }
local A_RECORD = 100 -- spans

local char = string.char

local function number(n)
  if n >= 0 and n < 128 then return char(n) end
  local bytes = {}
  repeat
    local low = n & 127
    n = n >> 7
    bytes[#bytes + 1] = char(n ~= 0 and low | 128 or low)
  until n == 0
  return table.concat(bytes)
end

local function fold(n) return n >= 0 and 2 * n or -2 * n - 1 end

local function signed(n) return number(fold(n)) end

local function text(s) return number(#s) .. s end

local function record(tag, ...)
  local parts = { char(tag) }
  for _, field in ipairs{ ... } do parts[#parts + 1] = type(field) == "number" and number(field) or text(field) end
  return table.concat(parts)
end

-- What has one moment, small or medium; nil: it is neither.
local function brief(spans, i, before, place)
  local after, message, result = spans.began[i] - before.began, spans.message[i], spans.result[i]
  local told = message == 0 and 0 or 1 + fold(message - before.message)
  if spans.ended[i] ~= spans.began[i] or spans.slept[i] >= 0 or told < 0 then return nil end
  if place < 256 and after < 1 << 14 and told < 512 and result == 0 then
    return string.pack("<I4", place << 1 | after << 9 | told << 23)
  elseif place < 4096 and after < 1 << 24 and told < 1 << 24 then
    return string.pack("<i8", 1 | result << 2 | place << 4 | after << 16 | told << 40)
  end
end

local function large(spans, i, before, place)
  local ended, slept, called, message = spans.ended[i], spans.slept[i], spans.called[i], spans.message[i]
  local head = LARGE | (ended < 0 and OPEN or 0) | (slept >= 0 and SLEPT or 0)
    | (slept >= 0 and called >= 0 and CALLED or 0) | (message ~= 0 and MESSAGE or 0) | spans.result[i] << 6 | place << 8
  local parts = { number(head), number(spans.began[i] - before.began) }
  if ended >= 0 then parts[#parts + 1] = number(ended - spans.began[i]) end
  if slept >= 0 then parts[#parts + 1] = number(slept - spans.began[i]) .. number(spans.waited[i]) end
  if head & CALLED ~= 0 then parts[#parts + 1] = number(spans.waker[i]) .. signed(called - slept) end
  if message ~= 0 then parts[#parts + 1] = signed(message - before.message) end
  return table.concat(parts)
end

local function add_span(parts, spans, i, before, place)
  parts[#parts + 1] = brief(spans, i, before, place) or large(spans, i, before, place)
  if spans.message[i] ~= 0 then before.message = spans.message[i] end
  before.began = spans.began[i]
end

-- The places of the spans, each told as it is first found; the number of each span's.
local function add_places(parts, spans)
  local places, count, list = {}, 0, {}
  for i = 1, spans.count do
    local key = ((spans.operation[i] << 16 | spans.object[i]) << 16 | spans.file[i]) << 16 | spans.line[i]
    if not places[key] then
      count = count + 1
      places[key] = count
      parts[#parts + 1] = record(PLACE, count, spans.operation[i], spans.object[i], spans.file[i], spans.line[i])
    end
    list[i] = places[key]
  end
  return list
end

local function add_spans(parts, trace)
  local spans, of_task, before = trace.spans, {}, {}
  local places = add_places(parts, spans)
  for i = 1, spans.count do
    local list = of_task[spans.task[i]] or {}
    of_task[spans.task[i]] = list
    list[#list + 1] = i
  end
  for task = 1, #trace.tasks do
    before[task] = { began = 0, message = 0 }
    local list = of_task[task] or {}
    for first = 1, #list, A_RECORD do
      local last = math.min(first + A_RECORD - 1, #list)
      parts[#parts + 1] = record(SPANS, task, last - first + 1)
      for at = first, last do add_span(parts, spans, list[at], before[task], places[list[at]]) end
    end
  end
end

--- The bytes.
function trace_writer.bytes(trace)
  local flags = (trace.logical and 1 or 0) | (trace.simulated and 2 or 0)
  local parts = { "TLTRACE\n", string.pack("<I4I4I8", 3, flags, math.floor((trace.began or 0) * 1e9)),
    record(TITLE, trace.title) }
  local function add(...) parts[#parts + 1] = record(...) end
  for i, word in ipairs(trace.operations) do add(OPERATION, i, word) end
  for i, file in ipairs(trace.files) do add(FILE, i, file) end
  for i, object in ipairs(trace.objects) do
    add(OBJECT, i, object.kind, object.number, object.name, object.space or "", object.lock or 0)
  end
  for i, task in ipairs(trace.tasks) do
    add(TASK, i, task.parent or 0, task.pid or 0, task.thread and 1 or 0, task.began, task.name, task.path or "")
  end
  add_spans(parts, trace)
  for i, task in ipairs(trace.tasks) do
    if task.ended then add(END, i, task.ended, HOW[task.how], task.signal or 0) end
    if task.lost > 0 then add(LOST, i, task.lost) end
  end
  for _, mark in ipairs(trace.marks) do add(MARK, mark.task or 0, mark.time, mark.text) end
  add(TRAILER, trace.length, trace.spans.count, trace.lost)
  return table.concat(parts)
end

--- Writes them.
function trace_writer.write(trace, path)
  local file = assert(io.open(path, "wb"))
  assert(file:write(trace_writer.bytes(trace)))
  file:close()
end

return trace_writer
