-- What is refused, malformed or starved: cases for codec_test.c, as
-- codec_cases.lua.
-- luacheck: globals copy refusal refusal_as refusal_abroad bytes decode
-- luacheck: globals spaced refusal_in_space
-- luacheck: globals object light starved

local cases, case, equal, raises = dofile "spec/c/codec/case_tools.lua"

case("what is refused, and where it is", function()
    local co = coroutine.create(print)
    local leaves = "a coroutine cannot leave its process"
    equal(refusal(co), "cannot send value: " .. leaves)
    equal(refusal({ lock = { owner = co } }),
        "cannot send value.lock.owner: " .. leaves)
    equal(refusal({ 1, 2, co }), "cannot send value[3]: " .. leaves)
    equal(refusal({ ["odd key"] = co }),
        'cannot send value["odd key"]: ' .. leaves)
    equal(refusal({ ['a"\0\n\\'] = co }),
        'cannot send value["a\\"\\000\\010\\\\"]: ' .. leaves)
    equal(refusal({ [1.5] = { [false] = { [{}] = co } } }),
        "cannot send value[1.5][false][table]: " .. leaves)
    equal(refusal({ a = { [co] = 1 } }),
        "cannot send value.a (one of its keys): " .. leaves)
    equal(refusal({ callback = function() return co end }),
        'cannot send value.callback upvalue "co": ' .. leaves)
    equal(refusal(1, 2, { co }), "cannot send value 3[1]: " .. leaves)
    equal(refusal_as("argument", 1, co), "cannot send argument 2: " .. leaves)
    equal(refusal_as("result", co), "cannot send result: " .. leaves)
end)

case("every refused kind says what it is", function()
    local function why(pattern, value)
        local message = refusal({ x = value })
        assert(message:find("cannot send value.x: " .. pattern), message)
    end
    why("a C function cannot leave its process", print)
    why("a file handle cannot leave its process", io.stdout)
    why("a light userdata cannot leave", light())
    why("its metatable is not registered", setmetatable({}, {}))
    why("the object was closed", object(0))
    local long = ("k"):rep(300)
    local message = refusal { [long] = { [long] = { ("x"):rep(20) } , [1] = print } }
    assert(message:find("%.%.%.\"%]%[1%]: a C function"), message)
    local deep = print
    for i = 1, 90 do
        deep = { ["key" .. i] = deep }
    end
    message = refusal(deep)
    assert(message:find("%.%.%.: a C function") and #message < 600, message)
end)

case("a refusal leaves the next message whole", function()
    for _ = 1, 10 do
        refusal({ ("x"):rep(5000), print })
        equal(copy({ 5 })[1], 5)
    end
end)

case("functions and objects stay within the program", function()
    equal(refusal_abroad({ f = function() end }),
        "cannot send value.f: a function cannot leave its program")
    equal(refusal_abroad(object(1)), "cannot send value: an object"
        .. " (tidelock.test) cannot leave its program")
    raises("holds a function", decode, (bytes(function() end)))
    raises("holds an object", decode, (bytes(object(1))))
end)

case("what is the program's own stays out of a space", function()
    equal(refusal_in_space({ f = function() end }),
        "cannot send value.f: a function cannot leave its program, unless"
        .. " both sides opened the space with functions = true")
    equal(refusal_in_space({ object(1) }), "cannot send value[1]: this"
        .. " tidelock.test belongs to the program alone; make it in the"
        .. " space, as s.tidelock.test(name)")
    equal(refusal_in_space({ spaced(1) }), nil)
end)

case("200 levels and no more", function()
    local function nest(n)
        local t = {}
        for _ = 2, n do
            t = { t }
        end
        return t
    end
    local got = copy(nest(200))
    for _ = 1, 199 do
        got = got[1]
    end
    equal(next(got), nil)
    assert(refusal(nest(201)):find("nested too deeply %(200 levels%)"))
    assert(refusal(nest(100000)):find("nested too deeply"))
end)

case("what stands for a name holds no other names, however long", function()
    local spaced_object = "\xda\0\0"
    raises("corrupt", decode, "\xa0" .. spaced_object:rep(1000000))
    raises("corrupt", decode, "\xa0" .. spaced_object .. "\xd0" .. ("\0"):rep(8))
    raises("corrupt", decode, "\xa0\xd2\xd0" .. ("\0"):rep(8))
end)

case("corrupt bytes raise and nothing else", function()
    raises("corrupt", decode, "")
    raises("corrupt", decode, "x")
    local message = bytes({ 1, 300, -5, 1e300, "text", ("l"):rep(70),
        ("L"):rep(3000), { a = { b = true } }, [{}] = false })
    for n = 2, #message - 1 do
        raises("corrupt", decode, message:sub(1, n))
    end
    math.randomseed(1)
    for _ = 1, 20000 do
        local at = math.random(2, #message)
        if at > 130 then
            at = math.random(2, 130)
        end
        pcall(decode, message:sub(1, at - 1)
            .. string.char(math.random(0, 255)) .. message:sub(at + 1))
    end
end)

case("hostile counts allocate nothing", function()
    local header, tables = "\xa0", "\xd0\xff\xff\xff\x7f\0\0\0\0"
    collectgarbage()
    local before = collectgarbage("count")
    raises("corrupt", decode, header .. tables)
    raises("corrupt", decode, header .. "\xd0\0\0\0\0\xff\xff\xff\xff")
    raises("corrupt", decode, header .. "\xc8\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
    raises("corrupt", decode, header .. "\xd8\xff\xff\xff\xff\x7f")
    -- each claims all that is left: only the first may
    local claim = "\xd0" .. string.pack("<I4I4", 1000, 0)
    raises("corrupt", decode, header .. claim:rep(150) .. ("\0"):rep(1000))
    assert(collectgarbage("count") - before < 100)
end)

case("keys that no table can have", function()
    raises("corrupt", decode, "\xa0\xd0\0\0\0\0\1\0\0\0\xc0\1")
    raises("corrupt", decode,
        "\xa0\xd0\0\0\0\0\1\0\0\0\xc7" .. string.pack("<d", 0/0) .. "\1")
end)

case("references to nothing", function()
    raises("corrupt", decode, "\xa0\xc9\0")
    raises("corrupt", decode, "\xa1\xc9\0")
    raises("corrupt", decode, "\xa1\xd0\0\0\0\0\0\0\0\0\xc9\0")
    raises("corrupt", decode, "\xa0\xd1\0\0\0\0\0\0\0\0")
    raises("corrupt", decode, "\xa0\xcb")
    raises("corrupt", decode, "\xa0\xd6\0", true)
    raises("corrupt", decode, "\xa0\xff")
end)

case("a class from where no functions may come", function()
    raises("corrupt", decode, "\xa0\xde\x81P" .. ("\0"):rep(8))
    raises("corrupt", decode, "\xa0\xe0\x81P" .. ("\0"):rep(8) .. "\xd0" .. ("\0"):rep(8))
    raises("corrupt", decode, "\xa0\xcc\x81m")
    raises("corrupt", decode, "\xa0\xcd\x81m\x81f")
end)

case("memory that runs out is an error and no more", function()
    assert(starved [[
        local n = 1
        local value = { 1, "two", { 3 }, ("x"):rep(3000), f = function()
            n = n + 1
        end }
        value.value = value
        function starve()
            assert(copy(value).value)
            assert(refusal({ io.stdout }))
            assert(refusal({ a = { coroutine.create(print) } }))
        end
    ]] > 10)
    equal(copy(1), 1)
end)

return cases
