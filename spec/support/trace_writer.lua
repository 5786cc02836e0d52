-- A model (timeline/model.lua) as the bytes of a trace's file, as runtime/public/trace.h has them.
local trace_writer = {}

local TITLE, OPERATION, FILE, OBJECT, TASK, END, LOST, MARK, SPANS, TRAILER = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local OPEN, SLEPT, CALLED, MESSAGE = 1, 2, 4, 8
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

local function signed(n) return number(n >= 0 and 2 * n or -2 * n - 1) end

local function text(s) return number(#s) .. s end

local function record(tag, ...)
  local parts = { char(tag) }
  for _, field in ipairs{ ... } do parts[#parts + 1] = type(field) == "number" and number(field) or text(field) end
  return table.concat(parts)
end

-- The span's own numbers: what is left of it when its place is known.
local function add_span(parts, spans, i, before, place, is_new)
  local ended, slept, called, message = spans.ended[i], spans.slept[i], spans.called[i], spans.message[i]
  local head = (ended < 0 and OPEN or 0) | (slept >= 0 and SLEPT or 0) | (slept >= 0 and called >= 0 and CALLED or 0)
    | (message ~= 0 and MESSAGE or 0) | spans.result[i] << 4 | (is_new and 0 or place << 6)
  parts[#parts + 1] = number(head)
  if is_new then
    for _, name in ipairs{ "operation", "object", "file", "line" } do parts[#parts + 1] = number(spans[name][i]) end
  end
  parts[#parts + 1] = number(spans.began[i] - before.began)
  if ended >= 0 then parts[#parts + 1] = number(ended - spans.began[i]) end
  if slept >= 0 then parts[#parts + 1] = number(slept - spans.began[i]) .. number(spans.waited[i]) end
  if head & CALLED ~= 0 then parts[#parts + 1] = number(spans.waker[i]) .. signed(called - slept) end
  if message ~= 0 then
    parts[#parts + 1] = signed(message - before.message)
    before.message = message
  end
  before.began = spans.began[i]
end

local function add_spans(parts, trace)
  local spans, places, count, of_task, before = trace.spans, {}, 0, {}, {}
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
      for at = first, last do
        local i = list[at]
        local key = ((spans.operation[i] << 16 | spans.object[i]) << 16 | spans.file[i]) << 16 | spans.line[i]
        local is_new = not places[key]
        if is_new then count = count + 1 places[key] = count end
        add_span(parts, spans, i, before[task], places[key], is_new)
      end
    end
  end
end

--- The bytes.
function trace_writer.bytes(trace)
  local flags = (trace.logical and 1 or 0) | (trace.simulated and 2 or 0)
  local parts = { "TLTRACE\n", string.pack("<I4I4I8", 2, flags, math.floor((trace.began or 0) * 1e9)),
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
