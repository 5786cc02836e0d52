--- Reads the file of a trace strictly as runtime/public/trace.h has it: an error where the file does not keep to it.
--
-- What it returns: { flags =, began =, title =, tasks = { { name =, parent =, pid =, thread =, began =, ended =, how =,
-- signal =, lost = } }, objects = { { kind =, number =, name =, space =, lock = } }, marks =, spans = { { task =,
-- operation = "put", object = (of objects) or nil, file =, line =, began =, ended =, slept =, waited =, waker = (of
-- tasks), called =, message =, result = } }, lost =, whole = (it has its trailer) }.
local files = dofile "spec/support/files.lua"
local reader = {}

local HOW = { [0] = "ended", "failed", "killed" }
local RESULTS = { [0] = "done", "refused", "raised", "unknown" }

local function unfold(n) return n & 1 == 0 and n >> 1 or ~(n >> 1) end

local function cursor(bytes, at)
  local c = {}
  function c.more() return at <= #bytes end
  function c.byte()
    local byte = assert(bytes:byte(at), "the file is cut off")
    at = at + 1
    return byte
  end
  function c.number()
    local n, shift = 0, 0
    repeat
      local byte = c.byte()
      n = n | (byte & 127) << shift
      shift = shift + 7
    until byte < 128
    return n
  end
  function c.signed() return unfold(c.number()) end
  function c.first() return assert(bytes:byte(at), "the file is cut off") end
  function c.fixed(format)
    local n
    n, at = string.unpack(format, bytes, at)
    return n
  end
  function c.text()
    local size = c.number()
    at = at + size
    assert(at <= #bytes + 1, "a text is cut off")
    return bytes:sub(at - size, at - 1)
  end
  return c
end

-- The n-th of a list is to come, and no other.
local function add(list, index, entry)
  assert(index == #list + 1, ("index %d after %d"):format(index, #list))
  list[index] = entry
end

local function of(list, index)
  if index == 0 then return nil end
  return assert(list[index], "nothing has the index " .. index)
end

local function begin_span(trace, task, place, result, after)
  place = assert(trace.places[place], "no such place")
  task.last = task.last + after
  local span = { task = task, operation = place.operation, object = place.object, file = place.file, line = place.line,
    result = RESULTS[result], began = task.last }
  trace.spans[#trace.spans + 1] = span
  return span
end

local function read_small(trace, c, task)
  local n = c.fixed "<I4"
  return begin_span(trace, task, n >> 1 & 255, 0, n >> 9 & 16383), n >> 23
end

local function read_medium(trace, c, task)
  local n = c.fixed "<I8"
  return begin_span(trace, task, n >> 4 & 4095, n >> 2 & 3, n >> 16 & 0xffffff), n >> 40
end

local function read_brief(trace, c, task)
  local span, message = (c.first() & 1 == 0 and read_small or read_medium)(trace, c, task)
  span.ended = span.began
  if message > 0 then
    task.message = task.message + unfold(message - 1)
    span.message = task.message
  end
end

local function read_large(trace, c, task)
  local head = c.number()
  local span = begin_span(trace, task, head >> 8, head >> 6 & 3, c.number())
  if head & 4 == 0 then span.ended = span.began + c.number() end
  if head & 8 ~= 0 then
    span.slept = span.began + c.number()
    span.waited = c.number()
  end
  if head & 16 ~= 0 then
    assert(span.slept, "called, and had not slept")
    span.waker = of(trace.tasks, c.number())
    span.called = span.slept + c.signed()
  end
  if head & 32 ~= 0 then
    task.message = task.message + c.signed()
    span.message = task.message
  end
end

local records = {
  function(trace, c) trace.title = c.text() end,
  function(trace, c) add(trace.operations, c.number(), c.text()) end,
  function(trace, c) add(trace.files, c.number(), c.text()) end,
  function(trace, c)
    add(trace.objects, c.number(), { kind = c.text(), number = c.number(), name = c.text(), space = c.text(),
      lock = of(trace.objects, c.number()) })
  end,
  function(trace, c)
    add(trace.places, c.number(), { operation = assert(of(trace.operations, c.number())),
      object = of(trace.objects, c.number()), file = of(trace.files, c.number()), line = c.number() })
  end,
  function(trace, c)
    local index, parent = c.number(), of(trace.tasks, c.number())
    add(trace.tasks, index, { parent = parent, pid = c.number(), thread = c.number() & 1 ~= 0, began = c.number(),
      name = c.text(), path = c.text(), last = 0, message = 0, lost = 0 })
  end,
  function(trace, c)
    local task = of(trace.tasks, c.number())
    assert(not task.ended, "a second end")
    task.ended, task.how, task.signal = c.number(), HOW[c.number()], c.number()
  end,
  function(trace, c)
    local task, lost = of(trace.tasks, c.number()), c.number()
    if task then task.lost = task.lost + lost end
    trace.lost = trace.lost + lost
  end,
  function(trace, c)
    trace.marks[#trace.marks + 1] = { task = of(trace.tasks, c.number()), time = c.number(), text = c.text() }
  end,
  function(trace, c)
    local task = of(trace.tasks, c.number())
    for _ = 1, c.number() do (c.first() & 3 == 3 and read_large or read_brief)(trace, c, task) end
  end,
  function(trace, c)
    trace.length = c.number()
    assert(c.number() == #trace.spans, "the trailer counts other operations")
    assert(c.number() == trace.lost, "the trailer counts other losses")
    trace.whole = true
    assert(not c.more(), "something stands behind the trailer")
  end,
}

function reader.decode(bytes)
  assert(bytes:sub(1, 8) == "TLTRACE\n", "no trace")
  local version, flags, began = string.unpack("<I4I4I8", bytes, 9)
  assert(version == 3)
  local trace = { flags = flags, began = began, tasks = {}, objects = {}, operations = {}, files = {}, places = {},
    marks = {}, spans = {}, lost = 0 }
  local c = cursor(bytes, 25)
  while c.more() do assert(records[c.byte()], "no such record")(trace, c) end
  return trace
end

function reader.read(path)
  local bytes = files.read(path)
  return reader.decode(bytes)
end

--- The spans that have these fields: { task = name, operation =, object = name or kind ... }.
function reader.find(trace, wanted)
  local found = {}
  for _, span in ipairs(trace.spans) do
    local fits = (not wanted.task or span.task.name == wanted.task)
      and (not wanted.operation or span.operation == wanted.operation)
      and (not wanted.object or span.object
        and (span.object.name == wanted.object or span.object.kind == wanted.object))
    if fits then found[#found + 1] = span end
  end
  return found
end

--- The task of that name.
function reader.task(trace, name)
  for _, task in ipairs(trace.tasks) do
    if task.name == name then return task end
  end
end

return reader
