-- Cases for codec_test.c, which defines copy, refusal, bytes, decode and the
-- other globals used here.
-- luacheck: globals copy refusal bytes decode elsewhere owned
-- luacheck: globals object object_ref register light marker

local cases, case, equal, raises = dofile "spec/c/codec/case_tools.lua"

local function pack(...)
    return { n = select("#", ...), ... }
end

case("numbers stay what they are, to the last bit", function()
    local numbers = { 0, 1, 127, 128, -1, -128, -129, 255, 256, 32767, 32768,
        -32768, -32769, 2147483647, 2147483648, -2147483648, -2147483649,
        math.maxinteger, math.mininteger, 0.0, 1.0, 0.1, -1.5, 1e308, 5e-324,
        2^53, 2^63, 1/0, -1/0 }
    for _, n in ipairs(numbers) do
        equal(copy(n), n)
    end
    equal(1 / copy(-0.0), -1/0)
    local nan = copy(0/0)
    assert(nan ~= nan)
end)

case("nil, booleans and none at all arrive in their places", function()
    local got = pack(copy(nil, true, nil, false, nil))
    equal(got.n, 5)
    equal(got[2], true)
    equal(got[4], false)
    equal(pack(copy()).n, 0)
end)

case("strings of every length and byte", function()
    local all = {}
    for i = 0, 255 do
        all[#all + 1] = string.char(i)
    end
    all = table.concat(all)
    for _, n in ipairs { 0, 1, 62, 63, 64, 127, 128, 2047, 2048, 16384, 1e6 } do
        local s = all:rep(n // 256 + 1):sub(1, n)
        equal(copy(s), s)
        equal(copy({ s }, s, { s })[1], s)
    end
end)

case("a long string is not copied, and sent once", function()
    local long = ("x"):rep(100000)
    equal(select(2, bytes(1, long, 2)), 3)
    local message = bytes({ long, long, { key = long, [long] = long } })
    assert(#message < 110000)
    local got = copy({ long, long, { key = long, [long] = 1 } })
    equal(got[2], long)
    equal(got[3][long], 1)
end)

case("a small integer is one byte", function()
    equal(#bytes(5), 2)
    equal(#bytes("abc"), 5)
end)

case("an owned message outlives what it was made of", function()
    local box = { ("y"):rep(5000), 7, ("z"):rep(3000) }
    local got = owned(function()
        box[1], box[3] = nil, nil
        collectgarbage()
    end, box)
    equal(got[1], ("y"):rep(5000))
    equal(got[3], ("z"):rep(3000))
end)

case("tables as lists, as records, sparse and mixed", function()
    local got = copy { 1, 2, nil, 4, x = "y", [1.5] = 2, [true] = false,
        [-1] = -1, [1e15] = "float", [math.mininteger] = 0, [""] = "empty" }
    equal(got[1], 1)
    equal(got[2], 2)
    equal(got[3], nil)
    equal(got[4], 4)
    equal(got.x, "y")
    equal(got[1.5], 2)
    equal(got[true], false)
    equal(got[-1], -1)
    equal(got[1000000000000000], "float")
    equal(got[math.mininteger], 0)
    equal(got[""], "empty")
    equal(next(copy {}), nil)
    local sparse = copy { [1000000] = "far", [3] = "near" }
    equal(sparse[1000000], "far")
    equal(sparse[3], "near")
    local backwards = {}
    for i = 100, 1, -1 do
        backwards[i] = i
    end
    equal(#copy(backwards), 100)
end)

case("many entries, of all kinds", function()
    local big = {}
    for i = 1, 20000 do
        big[i] = { id = i, name = "item" .. i, price = i / 4 }
        big["key" .. i] = big[i]
    end
    local got = copy(big)
    for i = 1, 20000 do
        equal(got[i].id, i)
        equal(got[i].price, i / 4)
        assert(rawequal(got[i], got["key" .. i]))
    end
    equal(copy("small"), "small")
end)

case("cycles and shared tables stay what they are", function()
    local shared = { "shared" }
    local root = { a = shared, b = shared, [shared] = shared }
    root.root = root
    local got, again, third = copy(root, shared, root)
    assert(got.root == got and got.a == got.b and got[got.a] == got.a)
    assert(again == got.a and third == got)
    equal(got.a[1], "shared")
end)

case("a table whose metatable is registered", function()
    local Account = { __index = { balance = 0 }, __len = function() return 42 end }
    register("account", Account)
    local one = setmetatable({ owner = "me" }, Account)
    one.self = one
    local got = copy({ one, one })
    assert(getmetatable(got[1]) == Account and got[1] == got[2])
    assert(got[1].self == got[1])
    equal(got[1].balance, 0)
    equal(#got[1], 42)
    register("account", { replaced = true })
    equal(refusal(one), 'cannot send value: its metatable is not registered;'
        .. ' make it known with ipc.register(name, metatable), or send a'
        .. ' plain table')
end)

case("a class that the receiver does not know", function()
    local Class = {}
    register("ghost", Class)
    raises('class "ghost": call ipc.register', error,
        elsewhere(function() end, setmetatable({}, Class)))
end)

case("metamethods are not called", function()
    local Trap = {}
    for _, event in ipairs { "__index", "__newindex", "__pairs", "__len" } do
        Trap[event] = function() error("called " .. event) end
    end
    register("trap", Trap)
    local got = copy(setmetatable({ 1, 2, x = 3 }, Trap))
    equal(rawget(got, 2), 2)
    equal(rawget(got, "x"), 3)
end)

case("functions run elsewhere with their upvalues", function()
    local n, name = 3, "upvalue"
    equal(elsewhere(function(a, b) return name .. a + b + n end, 1, 2),
        "upvalue6")
    equal(select("#", elsewhere(function(...) return ... end, nil, nil)), 2)
end)

case("a function that refers to itself", function()
    local function factorial(n)
        return n < 2 and 1 or n * factorial(n - 1)
    end
    equal(elsewhere(factorial, 10), 3628800)
    local even, odd
    function even(n) if n == 0 then return true end return odd(n - 1) end
    function odd(n) if n == 0 then return false end return even(n - 1) end
    equal(elsewhere(even, 101), false)
end)

case("upvalues that functions share stay shared", function()
    local count = 0
    local counter = {
        add = function(n) count = count + n end,
        get = function() return count end,
    }
    local got, get = copy(counter, counter.get)
    got.add(5)
    equal(got.get(), 5)
    equal(counter.get(), 0)
    assert(get == got.get)
    local inner
    local function outer() return inner end
    function inner() return outer, inner end
    local copied = copy(outer)
    local copied_outer, copied_inner = copied()()
    assert(copied_outer == copied and copied() == copied_inner)
end)

case("a table in its own function's upvalue", function()
    local self = { n = 1 }
    function self.next() self.n = self.n + 1 return self.n end
    local got = copy(self)
    equal(got.next(), 2)
    equal(got.n, 2)
    equal(self.n, 1)
end)

case("globals are the receiver's", function()
    marker = "here"
    local globals = _G
    equal(elsewhere(function() return marker end), nil)
    equal(elsewhere(function() return globals.marker, globals == _G end), nil)
    equal(select(2, elsewhere(function()
        return 1, globals == _G
    end)), true)
    equal(copy(function() return marker end)(), "here")
    local env = setmetatable({}, { __index = _G })
    local f = load("local t = ... return function() return type(t), marker end",
        "chunk", "t", env)(1)
    equal(select(2, elsewhere(f)), nil)
    equal(elsewhere(f), "number")
end)

case("an upvalue that is a module, or what a module holds", function()
    local insert, concat, str, out, print = table.insert, table.concat, string,
        io.stderr, print
    local list, rawget = {}, rawget
    equal(elsewhere(function()
        insert(list, str.upper("a"))
        insert(list, tostring(out == io.stderr))
        insert(list, tostring(print == _G.print and rawget == _G.rawget))
        return concat(list, " ")
    end), "A true true")
    package.loaded.gone = { field = print }
    local gone = package.loaded.gone
    raises('module "gone"', error, elsewhere(function() return gone end))
    package.loaded.gone.own = light()
    local own = gone.own
    raises('module "gone"', error, elsewhere(function() return own end))
    equal(copy(function() return own end)(), own)
    package.loaded.gone.Class = setmetatable({}, {})
    local Class = gone.Class
    equal(copy(function() return Class end)(), Class)
    local f = copy(function() return gone end)
    assert(f() == gone)
    local message = bytes(function() return own end)
    gone.own = nil
    raises("uses gone.own: there is no such field", decode, message, true)
end)

case("a module that is not loaded there is required", function()
    package.loaded.found = { 1 }
    local found = package.loaded.found
    local message = bytes(function() return found end)
    package.loaded.found = nil
    package.preload.found = function() return { "required" } end
    equal(decode(message, true)()[1], "required")
end)

case("stripped functions and functions without upvalues", function()
    local f = load(string.dump(load("local a = ... return a, marker"), true))
    equal(elsewhere(f, 7), 7)
    local g = load("return 5")
    equal(elsewhere(g), 5)
end)

case("an error in a received function says its own line", function()
    local got = copy(function() error("oops") end)
    raises("codec_cases.lua:%d+: oops", got)
end)

case("objects arrive as objects, once each", function()
    local a, b, twin = object(7), object(8), object(7)
    local got = copy({ a, b, a, twin, key = b, [a] = 1 })
    equal(object_ref(got[1]), 7)
    equal(object_ref(got[2]), 8)
    assert(got[1] == got[3] and got.key == got[2] and got[got[1]] == 1)
    equal(object_ref(got[4]), 7)
    equal(select(3, bytes({ a, b, a, twin })), 2)
    equal(object_ref(copy(function() return a end)()), 7)
end)

case("objects of a space travel by name, shared ones once", function()
    local a = spaced(7)
    local got = copy({ a, a, spaced(8) })
    equal(object_ref(got[1]), 7)
    assert(got[1] == got[2])
    equal(object_ref(got[3]), 8)
    equal(select(3, bytes({ a })), 0)
end)

case("a finalizer may send while a message is being received", function()
    local sent = 0
    local function litter()
        setmetatable({}, { __gc = function()
            sent = sent + copy({ sent = 1, text = ("t"):rep(3000) }).sent
        end })
    end
    collectgarbage("setpause", 50)
    local list = {}
    for i = 1, 2000 do
        list[i] = { i, tostring(i) }
    end
    for _ = 1, 20 do
        litter()
        local got = copy(list)
        equal(got[2000][2], "2000")
    end
    collectgarbage()
    equal(sent, 20)
end)

return cases
