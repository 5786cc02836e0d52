-- From the bytes of a trace's file to a model, whatever the bytes are.  The reader is a part of the program: it runs
-- there, and what it has read comes back as Lua.
local example = dofile "spec/support/timeline/trace_example.lua"
local explorer = dofile "spec/support/explorer.lua"
local in_program = dofile "spec/support/in_program.lua"
local model = require "timeline.model"
local sample = dofile "spec/support/timeline/trace_sample.lua"
local writer = dofile "spec/support/timeline/trace_writer.lua"

-- The program's side: out(value) writes a value as Lua.
local OUT = in_program.TEXT_OF .. [[
local reader = require "timeline.reader"
local function out(value) io.stdout:write("return ", text_of(value), "\n") end
local function save(text)
  local file = assert(io.open(script, "wb"))
  file:write(text)
  file:close()
end
]]

-- Runs the code in the program, with a file of these bytes as `script`.
local function run(code, bytes)
  local out, err, status = explorer.run(OUT .. code, bytes)
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

local function read(bytes)
  return load((run("local trace, why = reader.read(script) out{ trace, why } return 0", bytes)))()
end

local function assert_same(wanted, trace)
  for _, name in ipairs{ "title", "began", "length", "logical", "lost", "tasks", "objects", "files", "operations",
    "marks" } do
    assert.same(wanted[name], trace[name], name)
  end
  for _, name in ipairs(model.COLUMNS) do assert.same(wanted.spans[name], trace.spans[name], name) end
  assert.equal(wanted.spans.count, trace.spans.count)
end

describe("timeline.reader", function()
  it("reads back what was written: the kitchen, and steps", function()
    for _, make in ipairs{ example.small, example.logical } do
      local trace = read(writer.bytes(make()))[1]
      assert.is_nil(trace.cut)
      assert_same(make(), trace)
    end
  end)

  it("reads a file that was written by hand", function()
    local trace = read(sample.bytes())[1]
    local wanted = model.new()
    for _, span in ipairs(sample.spans()) do model.add(wanted, span) end
    for _, name in ipairs(model.COLUMNS) do assert.same(wanted.spans[name], trace.spans[name], name) end
    assert.same({ "main", "waiter", 1, "killed", 9 }, { trace.tasks[1].name, trace.tasks[2].name,
      trace.tasks[2].parent, trace.tasks[2].how, trace.tasks[2].signal })
    assert.same({ 'queue "soups"', 3, 30000 }, { trace.objects[1].title, trace.lost, trace.length })
  end)

  it("gives what is whole of a file that was cut off anywhere, and says where", function()
    local bytes = writer.bytes(example.small())
    local found = load(run([[
      local file = io.open(script, "rb")
      local bytes = file:read "a"
      file:close()
      local list = {}
      for size = 0, #bytes - 1 do
        save(bytes:sub(1, size))
        local trace, why = reader.read(script)
        list[size + 1] = trace and { trace.spans.count, #trace.tasks, trace.cut and trace.cut.damaged and 1 or 0,
          trace.cut and trace.cut.size or -1 } or why
      end
      out(list)
      return 0]], bytes))()
    assert.equal(#bytes, #found)
    local before = 0
    for size = 24, #bytes - 1 do
      local each = found[size + 1]
      assert.is_table(each, tostring(size))
      assert.same({ 0, size }, { each[3], each[4] })
      assert.is_true(each[1] >= before)
      before = each[1]
    end
    assert.equal(39, before)
  end)

  it("refuses what is no trace, with the way out", function()
    local function why(bytes) return read(bytes)[2]:match "^[^:]+: (.*)$" end
    assert.matches("^the file is empty", why "")
    assert.matches("^this is no trace; tidelock %-%-trace", why "print 'hello'\n")
    assert.matches("cut off in its first bytes", why "TLTRACE\n\1")
    assert.matches("is of a newer tidelock", why("TLTRACE\n" .. string.pack("<I4I4I8", 99, 0, 0)))
    assert.matches("is of an older tidelock", why("TLTRACE\n" .. string.pack("<I4I4I8", 1, 0, 0)))
  end)

  it("refuses a directory and a file that is not there", function()
    local found = load(run([[out{ select(2, reader.read "/"), select(2, reader.read "/nowhere") } return 0]], ""))()
    assert.same({ "/: it is a directory", "/nowhere: No such file or directory" }, found)
  end)

  it("says where a file is damaged", function()
    local bytes = writer.bytes(example.small())
    local trace = read(bytes .. "more")[1]
    assert.same({ at = #bytes, size = #bytes + 4, damaged = true }, trace.cut)
    local wrong = read(bytes:sub(1, 24) .. "\99" .. bytes:sub(26))[1]
    assert.same({ at = 24, size = #bytes, damaged = true }, wrong.cut)
  end)

  it("never goes astray by bytes that were flipped", function()
    local out = run([[
      local file = io.open(script, "rb")
      local bytes = file:read "a"
      file:close()
      math.randomseed(1)
      local whole = 0
      for _ = 1, 1500 do
        local text = bytes
        for _ = 1, math.random(4) do
          local at = math.random(#text)
          text = text:sub(1, at - 1) .. string.char(math.random(0, 255)) .. text:sub(at + 1)
        end
        save(text)
        local trace = reader.read(script)
        if trace then
          whole = whole + 1
          local spans = trace.spans
          for i = 1, spans.count do
            assert(trace.tasks[spans.task[i] ] and trace.operations[spans.operation[i] ])
            assert(spans.object[i] == 0 or trace.objects[spans.object[i] ])
            assert(spans.file[i] == 0 or trace.files[spans.file[i] ])
            assert(spans.waker[i] == 0 or trace.tasks[spans.waker[i] ])
            assert(spans.ended[i] == -1 or spans.ended[i] >= spans.began[i])
            assert(spans.slept[i] == -1 or spans.slept[i] >= spans.began[i])
            assert(spans.ended[i] == -1 or spans.slept[i] + spans.waited[i] <= spans.ended[i])
            assert(i == 1 or spans.began[i] >= spans.began[i - 1])
            assert(math.max(spans.began[i], spans.ended[i]) <= trace.length)
          end
        end
      end
      out(whole)
      return 0]], writer.bytes(example.small()))
    assert.is_true(load(out)() > 500)
  end)

  it("refuses to pack numbers that are too great, as a damaged file may have them", function()
    assert.truthy(run([[
      local all = { count = 2 }
      for name in ("task operation object began ended slept waited waker called message file line result")
        :gmatch "%a+" do
        all[name] = { 1, 1 }
      end
      all.message = { math.maxinteger, -2 }
      print(pcall(require "timeline.pack".spans, all))
      return 0]], ""):find "^false.*a number is too great")
  end)

  it("gives many numbers of a column at once", function()
    local found = load(run([[
      local began = reader.read(script).spans.began
      local text = began(2, 4, 5)
      local list = {}
      for i = 1, 3 do list[i] = string.unpack("<i5", text, 5 * i - 4) - began[i + 1] end
      out{ list, began(1, 0, 8), began[0] == nil, began[#began + 1] == nil, pcall(began, 1, #began + 1, 8) }
      return 0]], writer.bytes(example.small())))()
    assert.same({ { 0, 0, 0 }, "", true, true, false }, table.move(found, 1, 5, 1, {}))
    assert.matches("not within the column", found[6])
  end)
end)
