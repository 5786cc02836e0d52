-- In a simulation the io and os libraries do to files what they do without.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

-- Prints the results of each call, and its error; `path` is a file in a folder of its own.
local PROLOGUE = [[
  local path, other = "file", "other"
  local function show(...)
    local list = table.pack(...)
    for i = 1, list.n do
      local value = list[i]
      list[i] = io.type(value) or type(value) == "function" and "function"
        or tostring(value):gsub("%c", "?"):sub(1, 200)
    end
    print(table.concat(list, "|", 1, list.n))
  end
  -- at a line of the script
  local function try(f, ...)
    local a = table.pack(...)
    show(pcall(function() return (function(...) return ... end)(f(table.unpack(a, 1, a.n))) end))
  end
  local function content(name)
    local file = assert(io.open(name or path)) local text = file:read "a" file:close() return text
  end
  local function fill(text) local file = assert(io.open(path, "w")) file:write(text) file:close() end
]]

-- What the code prints, run as "script" in a fresh folder.
local function run(code, options)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  files.write(folder .. "/script", PROLOGUE .. code)
  local command = "cd %s && echo first line >input && %s -l tidelock %s script a <input 2>&1; cat file other 2>&1"
  local out = shell.run(command:format(folder, shell.tidelock, options))
  os.execute("rm -r " .. folder)
  return out
end

local CASES = {
  ["opening"] = [[
    for _, mode in ipairs{ "r", "w", "a", "r+", "w+", "a+", "rb", "", "rw", "x" } do try(io.open, path, mode) end
    try(io.open) try(io.open, {}) try(io.open, "/nowhere/x") try(io.open, "") try(io.open, ".", "w") try(io.open, 12)
    try(io.open, "a\0b") try(io.tmpfile) try(io.open, ("x"):rep(5000)) try(io.open, ("d/"):rep(3000))]],
  ["reading"] = [[
    fill("12 0x1F -3.5e2 word\nsecond\n\nlast")
    local f = io.open(path)
    try(f.read, f, "n", "n", "n") try(f.read, f, "l") try(f.read, f, "L", "l") try(f.read, f, 2, 0) try(f.read, f, "a")
    try(f.read, f, 0) try(f.read, f, "a") try(f.read, f) try(f.read, f, "z") try(f.read, f, {}) try(f.read)
    try(f.write, f, "x") f:close() try(f.read, f) try(io.read) try(io.read, "l") try(io.input) try(io.read, 3)]],
  ["writing"] = [[
    local f = io.open(path, "w")
    try(f.write, f, "a", 1, 2.5, 1e100, -7, "b\0c") try(f.write, f) try(f.write, f, {}) try(f.write, f, "x", nil)
    try(f.write, f, ("y"):rep(100000)) try(f.read, f) show(f == f:write "z") try(f.write) try(f.write, 1, 2)
    f:close() try(f.write, f, "x") show(#content())
    try(io.write, "to the output\n") try(io.write) try(io.write, true)]],
  ["lines"] = [[
    fill("one\ntwo\n\nfour")
    for line in io.lines(path) do show(line) end
    for a, b in io.lines(path, 1, "L") do show(a, b) end
    for n in io.lines(path, 3) do show(n) end
    show(select("#", io.lines(path)))
    try(io.lines, "/nowhere") try(io.lines, path, "z") try(io.lines, {})
    local f = io.open(path)
    for line in f:lines() do show(line) end
    show(f:read(), io.type(f)) try(f.lines, f, "x") local g = f:lines("n") try(g) f:close() try(g) try(f.lines, f)
    local h = io.lines(path) for i = 1, 4 do show(h()) end show(h()) try(h)
    io.input(path) for line in io.lines() do show(line) end show(io.type(io.input()))
    local many = {} for i = 1, 250 do many[i] = 1 end
    show(#table.pack(io.lines(path, table.unpack(many))()))
    try(io.lines, path, table.unpack(many, 1, 250), 1)]],
  ["seek"] = [[
    fill("0123456789")
    local f = io.open(path, "r+")
    try(f.seek, f) try(f.seek, f, "set", 4) show(f:read(1)) try(f.seek, f, "cur", -2) show(f:read(1))
    try(f.seek, f, "end") try(f.seek, f, "set", -1) try(f.seek, f, "x") try(f.seek, f, "set", 1.5) try(f.seek)
    f:seek("set", 2) f:write "AB" f:seek("cur", 0) show(f:read(2)) f:seek("set") show(f:read "a") f:close()
    try(f.seek, f) try(io.stdin.seek, io.stdin, "set", 2) show(io.read())]],
  ["flush, setvbuf and close"] = [[
    local f = io.open(path, "w")
    try(f.setvbuf, f, "full", 100) f:write "a" show(content()) try(f.flush, f) show(content())
    try(f.setvbuf, f, "line") f:write "b" show(content()) f:write "c\nd" show(content())
    try(f.setvbuf, f, "no") show(content()) f:write "e" show(content()) try(f.setvbuf, f, "x") try(f.setvbuf, f)
    try(f.flush) try(f.close, f) try(f.close, f) try(f.flush, f) try(f.setvbuf, f, "no") try(f.close)
    try(io.close, f) try(io.close, {}) show(tostring(f)) try(io.flush)
    io.output(other) io.write "x" show(content(other)) io.flush() show(content(other)) try(io.close) try(io.write, "y")
    try(io.close) try(io.flush)
    io.output(io.stdout) try(io.close) try(io.stdout.close, io.stdout) try(io.stderr.write, io.stderr, "err\n")]],
  ["the default files"] = [[
    fill("in\n")
    try(io.input, path) show(io.read()) try(io.input, "/nowhere") try(io.input, {}) try(io.input, io.stdin)
    show(io.input() == io.stdin, io.read(5)) try(io.output, "/nowhere/x") try(io.output, true)
    try(io.output, other) io.write(1, " ", 2.5) io.output():close() io.output(io.stdout) show(content(other))]],
  ["removing and renaming"] = [[
    fill("x")
    try(os.rename, path, other) try(os.rename, path, other) show(content(other)) try(os.rename) try(os.rename, path)
    try(os.rename, path, {}) try(os.remove, other) try(os.remove, other) try(os.remove) try(os.remove, {})
    try(os.rename, "/nowhere/a", "b") try(os.remove, "") try(os.remove, 12)]],
  ["a file that is collected"] = [[
    do local f = io.open(path, "w") f:write "kept" end
    collectgarbage() collectgarbage() show(content())]],
  ["a file left open at the end"] = [[Left = io.open(path, "w") Left:write "kept"]],
  ["a file that is to be closed"] = [[
    local open = load "local f <close> = io.open('file', 'w') f:write 'closed' return f"
    if open then local f = open() show(io.type(f), content()) end]],
  ["the methods' names and errors"] = [[
    local f = io.open(path, "w")
    try(function() return f.read(1) end) try(function() return f:read("*x") end) try(function() f:nothing() end)
    try(function() return io.stdout.seek({}) end) try(function() io.lines("/nowhere/x")() end)
    try(function() for _ in io.lines("/nowhere/y") do end end)
    f:close() try(function() for _ in f:lines() do end end)
    show(getmetatable(f).__name, debug.getinfo(f.read, "S").what, debug.getinfo(io.open, "S").what)]],
}

describe("with and without --sim the same comes of", function()
  for name, code in pairs(CASES) do
    it(name, function()
      local plain = run(code, "")
      assert.truthy(#plain > 20, plain)
      assert.equal(plain, run(code, "--sim=1"))
    end)
  end

  it("files of several tasks", function()
    local code = [[local ipc = require "tidelock"
      local lock = ipc.lock()
      local function add(text)
        for i = 1, 5 do
          lock:acquire()
          local f = assert(io.open("file", "a")) f:write(text, i, " ") f:close()
          lock:release()
        end
      end
      local tasks = {}
      for i = 1, 4 do tasks[i] = (i % 2 == 0 and ipc.spawn or ipc.spawn_thread)(add, ("abcd"):sub(i, i)) end
      for i = 1, 4 do show(tasks[i]:join()) end
      local words = {} for word in content():gmatch "%S+" do words[#words + 1] = word end
      table.sort(words) show(table.unpack(words)) os.remove(path)]]
    local plain = run(code, "")
    assert.matches("a1|a2|", plain)
    assert.equal(plain, run(code, "--sim=1"))
  end)
end)
