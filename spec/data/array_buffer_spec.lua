-- array and buffer
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local tasks = dofile "spec/support/tasks.lua"

describe("an array", function()
  it("ends a loop of ipairs and pairs behind its last element, where reading raises", function()
    local a = ipc.array("int8", { 7, 8, 9 })
    for _, loop in ipairs{ ipairs, pairs } do
      local seen = {}
      for i, x in loop(a) do seen[#seen + 1] = i .. ":" .. x end
      assert.same({ "1:7", "2:8", "3:9" }, seen)
      for _ in loop(ipc.array("double", 0)) do error "it has no elements" end
    end
    assert.has_error(function() return a[4] end)
    assert.has_error(function() return a[0] end)
    assert.has_error(function() return table.unpack(a, 1, 4) end)
    assert.has_error(function() return (function(t) return t[4] end)(a) end)
    for i, x in ipairs(a) do a[i] = x + 1 end
    assert.equal(10, a[3])
  end)

  it("holds numbers of its type, and refuses others", function()
    local limits = { int8 = { -128, 127 }, uint8 = { 0, 255 }, int16 = { -32768, 32767 }, uint16 = { 0, 65535 },
      int32 = { -(1 << 31), (1 << 31) - 1 }, uint32 = { 0, (1 << 32) - 1 },
      int64 = { math.mininteger, math.maxinteger } }
    for type, range in pairs(limits) do
      local a = ipc.array(type, 2)
      assert.equal(2, #a)
      a[1], a[2] = range[1], range[2]
      assert.same(range, { a[1], a[2] })
      if type ~= "int64" then
        assert.has_error(function() a[1] = range[1] - 1 end)
        assert.has_error(function() a[1] = range[2] + 1 end)
        assert.has_error(function() a:add(2, 1) end)
      end
      assert.same(range, { a[1], a[2] })
      assert.has_error(function() a[1] = 0.5 end)
      a[1] = 1.0
      assert.equal("integer", math.type(a[1]))
    end
    local f = ipc.array("float", { 0.5, 0.1 })
    assert.equal(0.5, f[1])
    assert.truthy(math.abs(f[2] - 0.1) < 1e-7 and f[2] ~= 0.1)
    assert.equal(0.1, ipc.array("double", { 0.1 })[1])
  end)

  it("has bounds", function()
    local a = ipc.array("int32", 3)
    for _, i in ipairs{ 0, 4, -1, 1.5 } do
      local ok, why = pcall(function() return a[i] end)
      assert.truthy(not ok and why:find("^spec/data/array_buffer_spec.lua:%d+: array#%d+: the index must be"), why)
      assert.has_error(function() a[i] = 1 end)
    end
    assert.has_error(function() ipc.array("int33", 1) end)
    assert.has_error(function() ipc.array("int8", -1) end)
  end)

  it("is shared, and add loses nothing", function()
    for _, type in ipairs{ "int16", "int64", "float", "double" } do
      local a, list = ipc.array(type, 2), {}
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          for _ = 1, 1000 do a:add(2, 1) end
        end)
      end
      tasks.succeed(list)
      assert.equal(8000, a[2])
      assert.equal(0, a[1])
    end
  end)

  it("keeps neighbours apart that 8 tasks write at once", function()
    local a, list = ipc.array("uint8", 8), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for i = 0, 2000 do
          a[n] = i % 256
          if a[n] ~= i % 256 then return i end
        end
        return "undisturbed"
      end)
    end
    for _, p in ipairs(list) do assert.equal("undisturbed", (p:result(20))) end
  end)

  it("loses no add of the others when one is killed", function()
    local a, list = ipc.array("int16", 9), {} -- the ninth is for all, the others say how often
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for _ = 1, 1000 do
          a:add(9, 1)
          a:add(n, 1)
        end
      end)
    end
    await(function() return a[1] ~= 0 end)
    list[1]:kill()
    tasks.join(list)
    local sum = 0
    for n = 1, 8 do sum = sum + a[n] end
    assert.truthy(a[9] == sum or a[9] == sum + 1, a[9] .. " of " .. sum)
    assert.equal(a[9] + 1, a:add(9, 1))
  end)

  it("is made of a type and a length or a list", function()
    local a = ipc.array{ type = "uint64", init = { 1, -1 }, name = "bits" }
    assert.same({ "uint64", 2, 1, -1 }, { a.type, #a, a[1], a[2] }) -- 64 bits, seen as Lua sees them
    assert.equal(0, a:add(2, 1))
    assert.truthy(tostring(a):find('^array#%d+ "bits": '))
    assert.equal(0, #ipc.array("int8", {}))
    for _, wrong in ipairs{ { "int8", { 1, "x" } }, { "int8", { 1, 300 } }, { "int8", { 0.5 } }, { "int8" },
      { "int8", 1 << 50 } } do
      local ok, why = pcall(function() ipc.array(wrong[1], wrong[2]) end)
      assert.truthy(not ok and why:find("^spec/data/array_buffer_spec.lua:%d+: array"), why)
    end
  end)

  it("says what add cannot add", function()
    local a = ipc.array("int8", { 127 })
    for why, wrong in pairs{ ["the sum does not fit int8"] = { 1, 1 }, ["the index must be an integer"] = { 2, 1 },
      ["a number is expected"] = { 1, "1" }, ["a number is expected, not nil"] = { 1 },
      ["the sum does not fit"] = { 1, 0.5 } } do
      local ok, message = pcall(function() a:add(table.unpack(wrong)) end)
      assert.truthy(not ok and message:find("^spec/data/array_buffer_spec.lua:%d+: array#%d+: add: " .. why), message)
    end
    assert.equal(127, a[1])
    assert.equal(-1, a:add(1, -128))
  end)
end)

describe("a buffer", function()
  it("is raw bytes, shared", function()
    local b = ipc.buffer{ bytes = 8, name = "raw" }
    assert.equal(8, #b)
    assert.equal(("\0"):rep(8), b:read(1, 8))
    local p = ipc.spawn(function() b:write(3, "a\0b") end)
    p:join()
    assert.equal("\0\0a\0b\0\0\0", b:read(1, 8))
    assert.equal("", b:read(8, 0))
    for _, wrong in ipairs{ { 0, 1 }, { 9, 1 }, { 8, 2 }, { 1, 9 }, { 1, -1 } } do
      assert.has_error(function() b:read(wrong[1], wrong[2]) end)
    end
    assert.has_error(function() b:write(7, "abc") end)
    assert.has_error(function() b:write(1, 5) end)
    assert.equal("\0\0a\0b\0\0\0", b:read(1, 8))
  end)

  it("has a size, and says so where it must have one", function()
    for _, wrong in ipairs{ 0, -1, 1.5, "8", 1 << 50, false } do
      local ok, why = pcall(function() ipc.buffer(wrong or nil) end)
      assert.truthy(not ok and why:find("^spec/data/array_buffer_spec.lua:%d+: buffer: "), why)
    end
    local b = ipc.buffer(4)
    local ok, why = pcall(function() b:read(1, 5) end)
    assert.truthy(not ok and why:find("^spec/data/array_buffer_spec.lua:%d+: buffer#%d+: read: "), why)
    ok, why = pcall(function() b:write(5, "x") end)
    assert.truthy(not ok and why:find("^spec/data/array_buffer_spec.lua:%d+: buffer#%d+: write: "), why)
  end)

  it("is written by 8 tasks, each in its part, and outlives one that is killed there", function()
    local SIZE, b, list = 5000, ipc.buffer(8 * 5000), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for i = 1, n == 8 and math.maxinteger or 200 do
          b:write((n - 1) * SIZE + 1, (i % 2 == 0 and "a" or "b"):rep(SIZE))
        end
      end)
    end
    await(function() return b:read(7 * SIZE + 1, 1) ~= "\0" end)
    list[8]:kill()
    tasks.join(list)
    assert.is_true(b:read(1, 7 * SIZE) == ("a"):rep(7 * SIZE))
    assert.is_nil(b:read(7 * SIZE + 1, SIZE):find("[^ab\0]"))
    b:write(7 * SIZE + 1, ("c"):rep(SIZE))
    assert.is_true(b:read(7 * SIZE + 1, SIZE) == ("c"):rep(SIZE))
  end)
end)
