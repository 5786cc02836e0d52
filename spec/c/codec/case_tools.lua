-- What codec_cases.lua and codec_refusal_cases.lua make and judge cases with: a list of their own, and three functions.

local cases = {}

local function case(name, run)
    cases[#cases + 1] = { name = name, run = run }
end

local function equal(got, wanted)
    if got ~= wanted or math.type(got) ~= math.type(wanted) then
        error(("got %s, wanted %s"):format(tostring(got), tostring(wanted)), 2)
    end
end

local function raises(pattern, f, ...)
    local ok, message = pcall(f, ...)
    if ok or not tostring(message):find(pattern) then
        error(("got %s, wanted an error with %q"):format(
            tostring(message), pattern), 2)
    end
end

return cases, case, equal, raises
