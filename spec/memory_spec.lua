-- array and buffer
local ipc = require "tidelock"

describe("an array", function()
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
      assert.truthy(not ok and why:find("^spec/memory_spec.lua:%d+: array#%d+: the index must be"), why)
      assert.has_error(function() a[i] = 1 end)
    end
    assert.has_error(function() ipc.array("int33", 1) end)
    assert.has_error(function() ipc.array("int8", -1) end)
  end)

  it("is shared, and add loses nothing", function()
    for _, type in ipairs{ "int16", "int64", "float", "double" } do
      local a, list = ipc.array(type, 2), {}
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          for _ = 1, 1000 do a:add(2, 1) end
        end)
      end
      for _, p in ipairs(list) do p:join(20) end
      assert.equal(4000, a[2])
      assert.equal(0, a[1])
    end
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
end)
